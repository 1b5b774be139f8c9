import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../machinery/index.ts'
import { configMap } from '../builtins/config-map.ts'
import type { ResourceContext } from '../context.ts'
import { decodePatched } from './patched-object.ts'

const base: JsonObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } }
const warnings: string[] = []
const context = {
  definition: configMap,
  info: { name: 'one', namespace: 'ns' },
  warnings,
} as unknown as ResourceContext

async function decoded(patch: JsonObject, strategic?: JsonObject, validation: 'Ignore' | 'Warn' | 'Strict' = 'Warn') {
  const again = async (): Promise<JsonObject> => structuredClone({ ...base, ...patch })
  return decodePatched(context, { value: await again(), again, base, strategic, faults: [] }, validation)
}

describe('what a patch makes of an object of a built-in kind', () => {
  test('has the kind again that it took away', async () => {
    assert.equal((await decoded({ kind: '' })).kind, 'ConfigMap')
  })

  const refusals: [string, () => Promise<unknown>, RegExp][] = [
    [
      'a type that no ConfigMap has',
      () => decoded({ data: { a: 1 } }),
      /^ "" is invalid: patch: Invalid value: "\{.*\}": json: cannot unmarshal number into Go struct field ConfigMap.data of type string$/,
    ],
    ['another version', () => decoded({ apiVersion: 'v2' }), /no kind "ConfigMap" is registered for version "v2"/],
    [
      'the same by a strategic merge patch, which is shown itself',
      () => decoded({ data: 'x' }, { data: 'x' }),
      /^ "" is invalid: patch: Invalid value: "map\[data:x\]": cannot restore map from string$/,
    ],
    [
      'an unknown field, where the client is strict',
      () => decoded({ other: 1 }, undefined, 'Strict'),
      /"{.*\\"other\\":1}": strict decoding error: unknown field "other"$/,
    ],
  ]
  for (const [what, make, message] of refusals) test(`refused: ${what}`, () => assert.rejects(make, { message }))

  test('loses unknown fields with a warning, unless the client wants none', async () => {
    await decoded({ other: 1 }, undefined, 'Ignore')
    assert.deepEqual(warnings, [])
    await decoded({ other: 1 })
    assert.deepEqual(warnings.splice(0), ['unknown field "other"'])
  })
})

test('of the metadata of a custom resource, the first that is wrong in the order of names is told', async () => {
  const custom = { ...context, definition: { ...configMap, builtIn: false } } as ResourceContext
  const value = (): JsonObject => ({ ...base, metadata: { name: 'one', labels: { z: 1, a: true } } })
  const patched = { value: value(), again: async () => value(), base, strategic: undefined, faults: [] }
  await assert.rejects(decodePatched(custom, patched, 'Warn'), /cannot unmarshal bool into Go struct field/)
})
