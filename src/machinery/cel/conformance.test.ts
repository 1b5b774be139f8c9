import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tests } from '@bufbuild/cel-spec/testdata/conformance.js'
import { type Message, readType, readValue } from './conformance-case.ts'
import type { Environment } from './environment.ts'
import { equals } from './equality.ts'
import { kubernetesEnvironment } from './kubernetes.ts'
import { compileExpression } from './program.ts'
import type { Type } from './type.ts'
import { isError, isKind, type Value } from './value.ts'

interface Case {
  readonly original: Message & { readonly name?: string; readonly expr: string }
}
interface Suite {
  readonly name: string
  readonly suites?: readonly Suite[]
  readonly tests?: readonly Case[]
}

/** What the environment of Kubernetes does not have, as it stands in the cases. */
const NOT_APPLICABLE: readonly (readonly [reason: string, files: RegExp, text: RegExp])[] = [
  ['protobuf messages, enums and wrappers', /^(?:proto2|proto3|proto2_ext|enums|wrappers)$/, /^/],
  [
    'protobuf messages, enums and wrappers',
    /^/,
    /TestAllTypes|google\.protobuf\.(?!Timestamp|Duration)|messageType|NestedTestAllTypes|NullValue|"wrapper"/,
  ],
  ['libraries that Kubernetes does not load', /^(?:bindings_ext|block_ext|encoders_ext|math_ext)$/, /^/],
  ['names in backquotes, which Kubernetes does not enable', /^fields$/, /`/],
  ['functions declared by the case', /^/, /"function":/],
]

/** Cases that cel-go in the versions that Kubernetes pins answers differently, as we do. */
const ANSWERED_DIFFERENTLY: readonly (readonly [reason: string, names: RegExp])[] = [
  [
    'string.format is version 1 of cel-go, which writes doubles for the locale en_US',
    /^string_ext\/format\/.*(?:scientific|infinity|NaN)/,
  ],
  [
    'string.format is version 1 of cel-go, which writes doubles in lists with six digits',
    /^string_ext\/format\/(?:list|map|dyntype) support/,
  ],
  ['of entries with the same key, the last one counts', /repeated_?key|repeat_key/],
  ['indexes beyond the end find nothing', /^string_ext\/value_errors\/(?:last)?indexof_out_of_range$/],
]

function* cases(
  suite: Suite,
  path: readonly string[] = [],
): Generator<{ file: string; name: string; body: Case['original'] }> {
  const here = [...path, suite.name]
  for (const nested of suite.suites ?? []) yield* cases(nested, here)
  for (const { original } of suite.tests ?? []) {
    yield { file: here[1] ?? '', name: [...here.slice(1), original.name].join('/'), body: original }
  }
}

function environmentOf(body: Message): Environment | undefined {
  const declared = ((body.typeEnv ?? []) as Message[]).map((entry) => {
    return [String(entry.name), readType(((entry.ident ?? {}) as Message).type as Message)] as const
  })
  if (declared.some(([, type]) => type === undefined)) return undefined
  const variables = new Map(declared as [string, Type][])
  return { ...kubernetesEnvironment(), variables, container: String(body.container ?? ''), homogeneous: false }
}

function bindingsOf(body: Message): Record<string, Value> {
  const entries = Object.entries((body.bindings ?? {}) as Record<string, { value: Message }>)
  return Object.fromEntries(entries.map(([name, { value }]) => [name, readValue(value) as Value]))
}

function isSame(actual: Value, expected: Value): boolean {
  if (isKind(actual, 'double') && isKind(expected, 'double') && Number.isNaN(expected.value)) {
    return Number.isNaN(actual.value)
  }
  return typeof actual === typeof expected && equals(actual, expected) === true
}

/** Cases without a type check: Kubernetes checks every expression, and refuses what these evaluate. */
function isCheckedHere(body: Message, error: string): boolean {
  return body.disableCheck === true && !error.includes('Syntax error')
}

/** What went wrong; undefined when the case passes. */
function failureOf(body: Case['original']): string | undefined {
  const environment = environmentOf(body)
  if (environment === undefined) return 'declares what is not understood'
  const program = compileExpression(body.expr, environment)
  if (!program.ok)
    return 'evalError' in body || isCheckedHere(body, program.error.text) ? undefined : program.error.text
  if (body.checkOnly === true) return undefined
  const { result } = program.value.evaluate(bindingsOf(body))
  if (isError(result)) return 'evalError' in body ? undefined : result.message
  if ('evalError' in body) return `no error: ${JSON.stringify(result)}`
  const wanted = (body.value ?? (body.typedResult as Message | undefined)?.result ?? { boolValue: true }) as Message
  const expected = readValue(wanted)
  if (expected === undefined) return 'expects what is not understood'
  return isSame(result, expected)
    ? undefined
    : `is ${JSON.stringify(result, (_, part) => (typeof part === 'bigint' ? `${part}` : part))}`
}

function reasonOf(file: string, body: Message): string | undefined {
  const text = JSON.stringify(body)
  return NOT_APPLICABLE.find(([, files, pattern]) => files.test(file) && pattern.test(text))?.[0]
}

test('cel-spec: every case that the environment of Kubernetes covers', (context) => {
  const skipped = new Map<string, number>()
  const failures: string[] = []
  let passed = 0
  for (const { file, name, body } of cases(tests as unknown as Suite)) {
    const reason = reasonOf(file, body)
    if (reason !== undefined) {
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1)
      continue
    }
    const failure = failureOf(body)
    const difference =
      failure === undefined ? undefined : ANSWERED_DIFFERENTLY.find(([, names]) => names.test(name))?.[0]
    if (failure === undefined) passed += 1
    else if (difference !== undefined) skipped.set(difference, (skipped.get(difference) ?? 0) + 1)
    else failures.push(`${name}: ${body.expr}: ${failure}`)
  }
  context.diagnostic(`${passed} passed`)
  for (const [reason, count] of skipped) context.diagnostic(`${count} apart: ${reason}`)
  assert.deepEqual(failures, [])
})
