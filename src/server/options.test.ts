import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { StatusError } from '../machinery/index.ts'
import { readDeleteOptions, readDryRun, readFieldValidation, readListVersion, readVersion } from './options.ts'

const query = (text = '') => new URLSearchParams(text)
const refused = (code: number, message: RegExp) => (error: unknown) =>
  error instanceof StatusError && error.status.code === code && message.test(error.message)

test('a dry run is all or nothing', () => {
  assert.deepEqual(
    [readDryRun([], 'X'), readDryRun(['All'], 'X'), readDryRun(['All', 'All'], 'X')],
    [false, true, true],
  )
  for (const values of [['Some'], [''], ['All', 'x']]) {
    assert.throws(() => readDryRun(values, 'X'), refused(422, /dryRun: Unsupported value: .*supported values: "All"/))
  }
})

test('unknown fields are warned of unless something else is said', () => {
  for (const [text, expected] of [
    ['', 'Warn'],
    ['fieldValidation=', 'Warn'],
    ['fieldValidation=Strict', 'Strict'],
  ] as const)
    assert.equal(readFieldValidation(query(text), 'X'), expected)
  assert.throws(
    () => readFieldValidation(query('fieldValidation=strict'), 'X'),
    refused(422, /supported values: "", "Ignore", "Strict", "Warn"/),
  )
})

test('a resourceVersion is a whole number that a server can have given', () => {
  for (const [text, expected] of [
    [null, 0],
    ['', 0],
    ['0', 0],
    ['123', 123],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ] as const)
    assert.equal(readVersion(text), expected)
  for (const text of ['-1', '1.5', 'x', '1e3', ' 1']) {
    assert.throws(() => readVersion(text), refused(500, /^resourceVersion: Invalid value: .* invalid syntax$/), text)
    assert.throws(() => readListVersion(text), refused(400, /^invalid resource version: resourceVersion: /), text)
  }
  assert.throws(() => readVersion('99999999999999999999'), refused(500, /value out of range$/))
  assert.equal(readVersion('9007199254740993'), Number.MAX_SAFE_INTEGER)
})

describe('a deletion', () => {
  const CASES: readonly [string, object | undefined, string, string | undefined][] = [
    ['says nothing', undefined, '', undefined],
    ['by its body', { propagationPolicy: 'Foreground' }, '', 'Foreground'],
    ['by its query', undefined, 'propagationPolicy=Orphan', 'Orphan'],
    ['by its body before its query', { propagationPolicy: 'Background' }, 'propagationPolicy=Orphan', 'Background'],
    ['by what came before policies', { orphanDependents: true }, '', 'Orphan'],
    ['by that in the query', undefined, 'orphanDependents=false', 'Background'],
  ]
  for (const [what, body, text, propagation] of CASES) {
    test(`${what}: ${propagation}`, () => {
      assert.equal(readDeleteOptions(body as never, query(text)).propagation, propagation)
    })
  }

  test('takes preconditions and dry runs from its body', () => {
    const preconditions = { uid: 'u', resourceVersion: '7' }
    const options = readDeleteOptions({ kind: 'DeleteOptions', preconditions, dryRun: ['All'] }, query())
    assert.deepEqual(options, { dryRun: true, propagation: undefined, preconditions })
    assert.equal(readDeleteOptions(undefined, query('dryRun=All')).dryRun, true)
  })

  const REFUSED: readonly [object, number, RegExp][] = [
    [{ propagationPolicy: 'Odd' }, 422, /supported values: "Foreground", "Background", "Orphan", "nil"/],
    [{ propagationPolicy: 'Orphan', orphanDependents: true }, 422, /cannot be both set/],
    [{ dryRun: ['Odd'] }, 422, /dryRun/],
    [{ kind: 'ConfigMap' }, 400, /^no kind "ConfigMap" is registered for version ""/],
  ]
  test('with a grace period that is no number is refused', () => {
    const read = () => readDeleteOptions(undefined, query('gracePeriodSeconds=x'))
    assert.throws(read, refused(400, /^strconv.ParseInt: parsing "x": invalid syntax$/))
  })

  for (const [body, code, message] of REFUSED) {
    test(`with ${JSON.stringify(body)} is refused`, () =>
      assert.throws(() => readDeleteOptions(body as never, query()), refused(code, message)))
  }
})

test('what a deletion presupposes stands in its body, or in the query', () => {
  const inQuery = query('uid=u&resourceVersion=7')
  assert.deepEqual(readDeleteOptions(undefined, inQuery).preconditions, { uid: 'u', resourceVersion: '7' })
  assert.deepEqual(readDeleteOptions({ preconditions: { uid: 'v' } }, inQuery).preconditions, { uid: 'v' })
  assert.deepEqual(readDeleteOptions({}, query()).preconditions, {})
})
