import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Json, JsonObject } from '../object.ts'
import { patchSchemaOf } from '../wire/protobuf/patch-schema.ts'
import type { PatchSchema } from './patch-schema.ts'
import { applyStrategicMergePatch } from './strategic-merge-patch.ts'

function schemaOf(group: string, kind: string): PatchSchema {
  const schema = patchSchemaOf(group, 'v1', kind)
  assert.ok(schema !== undefined)
  return schema
}

const account = schemaOf('', 'ServiceAccount')
const webhooks = schemaOf('admissionregistration.k8s.io', 'ValidatingWebhookConfiguration')

const owner = (uid: string, name: string) => ({ uid, name })

/** Results are those of apimachinery/pkg/util/strategicpatch v0.35.4. */
const applies: { about: string; document: JsonObject; patch: Json; value: Json }[] = [
  {
    about: 'objects merge, null removes, new objects come without nulls',
    document: { metadata: { labels: { a: '1', b: '2' } } },
    patch: { metadata: { labels: { a: null, c: '3' }, annotations: { x: null, y: '1' } } },
    value: { metadata: { labels: { b: '2', c: '3' }, annotations: { y: '1' } } },
  },
  {
    about: 'a list without strategy is replaced',
    document: { imagePullSecrets: [{ name: 'a' }] },
    patch: { imagePullSecrets: [{ name: 'b' }] },
    value: { imagePullSecrets: [{ name: 'b' }] },
  },
  {
    about: 'a list with a merge key is merged, what the patch names comes in its order',
    document: { metadata: { ownerReferences: [owner('1', 'a'), owner('2', 'b')] } },
    patch: { metadata: { ownerReferences: [owner('3', 'c'), owner('2', 'x')] } },
    value: { metadata: { ownerReferences: [owner('3', 'c'), owner('1', 'a'), owner('2', 'x')] } },
  },
  {
    about: 'a set of texts is united',
    document: { metadata: { finalizers: ['a', 'b'] } },
    patch: { metadata: { finalizers: ['c', 'a'] } },
    value: { metadata: { finalizers: ['c', 'a', 'b'] } },
  },
  {
    about: '$deleteFromPrimitiveList takes texts out',
    document: { metadata: { finalizers: ['a', 'b', 'c'] } },
    patch: { metadata: { '$deleteFromPrimitiveList/finalizers': ['b', 'x'] } },
    value: { metadata: { finalizers: ['a', 'c'] } },
  },
  {
    about: '$deleteFromPrimitiveList of an absent list does nothing',
    document: { metadata: {} },
    patch: { metadata: { '$deleteFromPrimitiveList/finalizers': ['b'] } },
    value: { metadata: {} },
  },
  {
    about: '$patch: delete removes an element by its key',
    document: { secrets: [{ name: 'a' }, { name: 'b' }] },
    patch: { secrets: [{ name: 'a', $patch: 'delete' }, { name: 'c' }] },
    value: { secrets: [{ name: 'c' }, { name: 'b' }] },
  },
  {
    about: '$patch: replace in a list replaces the list',
    document: { secrets: [{ name: 'a' }, { name: 'b' }] },
    patch: { secrets: [{ $patch: 'replace' }, { name: 'c' }] },
    value: { secrets: [{ name: 'c' }] },
  },
  {
    about: '$patch: replace in an object replaces the object',
    document: { metadata: { labels: { a: '1' } } },
    patch: { metadata: { labels: { $patch: 'replace', b: '2' } } },
    value: { metadata: { labels: { b: '2' } } },
  },
  {
    about: '$patch: delete in an object empties it',
    document: { metadata: { labels: { a: '1' } } },
    patch: { metadata: { labels: { $patch: 'delete' } } },
    value: { metadata: { labels: {} } },
  },
  {
    about: 'directives for what is not there leave nothing behind',
    document: {},
    patch: { metadata: { $patch: 'delete' }, secrets: [{ name: 'a', $patch: 'delete' }, { name: 'b' }] },
    value: { secrets: [{ name: 'b' }] },
  },
  {
    about: '$retainKeys drops what it does not name',
    document: { webhooks: [{ name: 'w', failurePolicy: 'Fail', sideEffects: 'None' }] },
    patch: { webhooks: [{ name: 'w', $retainKeys: ['name', 'sideEffects'] }] },
    value: { webhooks: [{ name: 'w', sideEffects: 'None' }] },
  },
  {
    about: '$setElementOrder orders the merged list, elements of the server keep their place',
    document: { secrets: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] },
    patch: {
      secrets: [{ name: 'd' }],
      '$setElementOrder/secrets': [{ name: 'd' }, { name: 'c' }, { name: 'a' }],
    },
    value: { secrets: [{ name: 'd' }, { name: 'b' }, { name: 'c' }, { name: 'a' }] },
  },
  {
    about: '$setElementOrder alone orders what is there',
    document: { metadata: { finalizers: ['a', 'b', 'c'] } },
    patch: { metadata: { '$setElementOrder/finalizers': ['c', 'a'] } },
    value: { metadata: { finalizers: ['b', 'c', 'a'] } },
  },
  {
    about: '$setElementOrder puts new elements where deleted ones were, as upstream',
    document: { secrets: [{ name: 'c' }, { name: 'd' }] },
    patch: {
      secrets: [{ name: 'e' }, { name: 'd', $patch: 'delete' }],
      '$setElementOrder/secrets': [{ name: 'e' }],
    },
    value: { secrets: [{ name: 'c' }, { name: 'e' }] },
  },
  {
    about: 'elements merge by the strategies of their own fields',
    document: { webhooks: [{ name: 'w', matchConditions: [{ name: 'a', expression: '1' }] }] },
    patch: { webhooks: [{ name: 'w', matchConditions: [{ name: 'b', expression: '2' }] }] },
    value: {
      webhooks: [
        {
          name: 'w',
          matchConditions: [
            { name: 'b', expression: '2' },
            { name: 'a', expression: '1' },
          ],
        },
      ],
    },
  },
]

for (const { about, document, patch, value } of applies) {
  test(about, () => {
    const before = structuredClone({ document, patch })
    const schema = 'webhooks' in document ? webhooks : account
    assert.deepEqual(applyStrategicMergePatch(document, patch, schema), { ok: true, value })
    assert.deepEqual({ document, patch }, before, 'neither the document nor the patch may change')
  })
}

const stored: JsonObject = { metadata: { labels: { a: '1' }, finalizers: ['a'] }, secrets: [{ name: 'a' }] }

const refused: { about: string; patch: Json; code: number; message: string }[] = [
  { about: 'a list', patch: [], code: 400, message: 'invalid JSON document' },
  {
    about: 'an unknown directive',
    patch: { metadata: { $patch: 'merge', labels: { b: '1' } } },
    code: 500,
    message: 'unknown patch type: merge in map: map[$patch:merge labels:map[b:1]]',
  },
  {
    about: 'an element without its merge key',
    patch: { secrets: [{ namespace: 'x' }] },
    code: 500,
    message: 'map: map[namespace:x] does not contain declared merge key: name',
  },
  {
    about: '$patch: merge in a list',
    patch: { secrets: [{ name: 'a', $patch: 'merge' }] },
    code: 500,
    message: 'merging lists cannot yet be specified in the patch',
  },
  {
    about: '$retainKeys that is no list',
    patch: { metadata: { $retainKeys: 'labels' } },
    code: 400,
    message: 'invalid patch format of retainKeys',
  },
  {
    about: '$retainKeys that does not name what the patch sets',
    patch: { metadata: { $retainKeys: ['labels'], finalizers: ['b'] } },
    code: 400,
    message: 'invalid patch format of retainKeys',
  },
  {
    about: '$setElementOrder without the name of a list',
    patch: { $setElementOrder: [] },
    code: 400,
    message: 'invalid patch format of setElementOrder list',
  },
  {
    about: '$deleteFromPrimitiveList without the name of a list',
    patch: { $deleteFromPrimitiveList: ['a'] },
    code: 400,
    message: 'invalid patch format of primitive list',
  },
  {
    about: '$setElementOrder of an unknown list',
    patch: { '$setElementOrder/nothing': [], nothing: [] },
    code: 500,
    message: 'unable to find api field in struct ServiceAccount for the json field "nothing"',
  },
  {
    about: 'a patch whose elements are not in the order that it demands',
    patch: { secrets: [{ name: 'b' }], '$setElementOrder/secrets': [{ name: 'a' }] },
    code: 500,
    message: "The order in patch list:\n[map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n",
  },
  {
    about: 'a list of mixed elements',
    patch: { metadata: { finalizers: ['b', 1] } },
    code: 500,
    message: 'list element types are not identical: [[a b 1]]',
  },
]

for (const { about, patch, code, message } of refused) {
  test(`${about} is refused`, () => {
    assert.deepEqual(applyStrategicMergePatch(stored, patch, account), { ok: false, error: { code, message } })
  })
}

test('a list of lists is refused, in the one sentence for patches that do not apply', () => {
  const message = 'the server rejected our request due to an error in our request'
  const patch = { metadata: { finalizers: [['a']] } }
  const result = applyStrategicMergePatch({ metadata: { finalizers: [] } }, patch, account)
  assert.deepEqual(result, { ok: false, error: { code: 422, message } })
})

test('custom kinds have no patch schema', () => {
  assert.equal(patchSchemaOf('example.com', 'v1', 'Widget'), undefined)
})

const name = fc.constantFrom('a', 'b', 'c', 'd')
const secrets = fc.uniqueArray(
  fc.record({ name, namespace: name }, { requiredKeys: ['name'], noNullPrototype: true }),
  {
    selector: (secret) => secret.name,
  },
)

test('merging lists by key is what merging maps is, and applying a patch twice changes nothing more', () => {
  fc.assert(
    fc.property(secrets, secrets, (before, change) => {
      const result = applyStrategicMergePatch({ secrets: before }, { secrets: change }, account)
      assert.ok(result.ok)
      const expected = new Map<string, Json>(before.map((secret) => [secret.name, secret as Json]))
      for (const secret of change)
        expected.set(secret.name, { ...(expected.get(secret.name) as JsonObject), ...secret })
      const merged = result.value.secrets as JsonObject[]
      assert.deepEqual(new Map(merged.map((secret) => [secret.name, secret])), expected)
      const inPatch = merged.map((secret) => secret.name).filter((key) => change.some((secret) => secret.name === key))
      assert.deepEqual(
        inPatch,
        change.map((secret) => secret.name),
      )
      assert.deepEqual(applyStrategicMergePatch(result.value, { secrets: change }, account), result)
    }),
  )
})
