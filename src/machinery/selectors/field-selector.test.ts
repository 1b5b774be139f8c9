import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type FieldSelector, fieldSelectorOf, parseFieldSelector } from './field-selector.ts'

function parsed(text: string): FieldSelector {
  const result = parseFieldSelector(text)
  assert.ok(result.ok, text)
  return result.value
}

const canonical = [
  ['', ''],
  ['metadata.name=a', 'metadata.name=a'],
  ['metadata.name==a', 'metadata.name=a'],
  ['b!=2,a=1', 'a=1,b!=2'],
  ['a=', 'a='],
  [',a=1,', 'a=1'],
  ['=', ''],
  ['a=x\\,y\\=z\\\\', 'a=x\\,y\\=z\\\\'],
] as const

for (const [text, expected] of canonical) {
  test(`'${text}' parses, and prints as '${expected}'`, () => {
    assert.equal(parsed(text).toString(), expected)
  })
}

const refused = [
  ['a', "invalid selector: 'a'; can't understand 'a'"],
  ['a=1,b', "invalid selector: 'a=1,b'; can't understand 'b'"],
  ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
  ['a=\\x', 'invalid field selector: invalid escape sequence: \\x'],
  ['a=b\\', 'invalid field selector: invalid escape sequence: \\'],
] as const

for (const [text, error] of refused) {
  test(`'${text}' is refused as upstream words it`, () => {
    assert.deepEqual(parseFieldSelector(text), { ok: false, error })
  })
}

test('a field that is absent equals the empty value', () => {
  assert.ok(parsed('a=').matches({}))
  assert.ok(parsed('a!=x').matches({}))
  assert.ok(!parsed('a!=').matches({}))
})

test('all terms must hold', () => {
  const selector = parsed('metadata.name=a,metadata.namespace!=b')
  assert.ok(selector.matches({ 'metadata.name': 'a', 'metadata.namespace': 'c' }))
  assert.ok(!selector.matches({ 'metadata.name': 'a', 'metadata.namespace': 'b' }))
})

test('exactMatch tells the value that a field must have', () => {
  const selector = parsed('metadata.name=a,b!=c')
  assert.equal(selector.exactMatch('metadata.name'), 'a')
  assert.equal(selector.exactMatch('b'), undefined)
  assert.equal(selector.exactMatch('c'), undefined)
})

test('any value survives printing and parsing', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '\\', ',', '=', '!', 'ä', ' ') }), (value) => {
      const text = fieldSelectorOf([{ field: 'f', operator: '!=', value }]).toString()
      assert.deepEqual(parsed(text).requirements, [{ field: 'f', operator: '!=', value }])
    }),
  )
})
