import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTreeOrder } from './apply-tree-order.ts'
import type { ManifestTree } from './manifest-tree.ts'

/** `binds`: paths of workspaces whose exports it binds. */
function node(path: string, binds: readonly string[] = [], children: readonly ManifestTree[] = []): ManifestTree {
  const manifests = binds.map((each) => ({
    object: {
      apiVersion: 'apis.kcp.io/v1alpha2',
      kind: 'APIBinding',
      metadata: { name: 'api' },
      spec: { reference: { export: { path: each, name: 'api' } } },
    },
    file: 'binding.yaml',
    lineOf: () => 1,
  }))
  return { path, directory: path, manifests, children }
}

const cases: readonly { title: string; siblings: readonly ManifestTree[]; order: string }[] = [
  { title: 'by name where nothing is needed', siblings: [node('a'), node('b')], order: 'a b' },
  { title: 'an export before its bindings', siblings: [node('a', ['root:z']), node('b'), node('z')], order: 'z a b' },
  {
    title: 'also when the one or the other is further down',
    siblings: [node('a', [], [node('a:in', ['root:z:api'])]), node('z', [], [node('z:api')])],
    order: 'z a',
  },
  { title: 'an export of its own', siblings: [node('a', ['root:a']), node('b')], order: 'a b' },
  { title: 'an export elsewhere', siblings: [node('a', ['root:elsewhere']), node('b')], order: 'a b' },
  { title: 'a path that only begins alike', siblings: [node('a', ['root:bb']), node('b')], order: 'a b' },
  { title: 'two that need each other', siblings: [node('a', ['root:b']), node('b', ['root:a'])], order: 'b a' },
]

for (const { title, siblings, order } of cases) {
  test(`workspaces in a tree: ${title}`, () => {
    assert.equal(
      inTreeOrder(siblings, 'root')
        .map(({ path }) => path)
        .join(' '),
      order,
    )
  })
}
