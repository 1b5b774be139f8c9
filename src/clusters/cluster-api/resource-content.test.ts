import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { readContent } from './resource-content.ts'
import { selectorText } from './selector-text.ts'

const object = (kind: string, name: string) =>
  `{"apiVersion": "v1", "kind": "${kind}", "metadata": {"name": "${name}"}}`

for (const [what, text, expected] of [
  ['documents of YAML', 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n---\n# nothing\n', ['Pod a']],
  ['one object in JSON', object('Pod', 'a'), ['Pod a']],
  ['a list in JSON', ` [${object('Pod', 'a')}, ${object('Pod', 'b')}]`, ['Pod a', 'Pod b']],
  ['a List', `{"apiVersion": "v1", "kind": "List", "items": [${object('Pod', 'a')}]}`, ['Pod a']],
  [
    'what others depend on first, and the rest in its order',
    ['Deployment', 'ConfigMap', 'Namespace', 'Role', 'CustomResourceDefinition']
      .map((kind) => object(kind, 'a'))
      .join('\n---\n'),
    ['Namespace a', 'CustomResourceDefinition a', 'ConfigMap a', 'Deployment a', 'Role a'],
  ],
] as const) {
  test(what, () => {
    const read = readContent({ kind: 'ConfigMap' }, { all: text })
    assert.ok(read.ok)
    assert.deepEqual(
      read.value.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      expected,
    )
  })
}

test('what is no object is told by its key, and not by what it is', () => {
  for (const text of ['hidden: [', '"hidden"', 'kind: Hidden', 'apiVersion: v1\nkind: Pod\nmetadata: {}']) {
    const read = readContent({ kind: 'Secret' }, { all: Buffer.from(text).toString('base64') })
    assert.deepEqual(read, { ok: false, error: 'data.all holds no Kubernetes objects in YAML or JSON' })
  }
})

test('the hash is upstream’s: of all values, by the order of their keys, however the kind encodes them', () => {
  const values = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.constantFrom('', '# a\n', object('Pod', 'a')))
  fc.assert(
    fc.property(values, (data) => {
      const plain = readContent({ kind: 'ConfigMap' }, data)
      const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
      const secret = readContent({ kind: 'Secret' }, Object.fromEntries(encoded.toReversed()))
      assert.ok(plain.ok && secret.ok)
      const hash = createHash('sha256')
      for (const key of Object.keys(data).sort()) hash.update(data[key] ?? '')
      assert.equal(plain.value.hash, `sha256:${hash.digest('hex')}`)
      assert.equal(secret.value.hash, plain.value.hash)
    }),
  )
})

for (const [selector, expected] of [
  [{}, ''],
  [{ matchLabels: { a: 'b', c: '' } }, 'a=b,c='],
  [
    {
      matchExpressions: [
        { key: 'a', operator: 'In', values: ['b', 'c'] },
        { key: 'd', operator: 'NotIn', values: ['e'] },
        { key: 'f', operator: 'Exists' },
        { key: 'g', operator: 'DoesNotExist' },
      ],
    },
    'a in (b,c),d notin (e),f,!g',
  ],
] as const) {
  test(`a selector is written as ${expected === '' ? 'nothing' : expected}`, () => {
    assert.equal(selectorText(selector), expected)
  })
}
