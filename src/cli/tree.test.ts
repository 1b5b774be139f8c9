import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startServer } from '../testing/index.ts'
import { type Harness, harnessOf } from './command-harness.ts'
import type { TreeNode } from './tree-nodes.ts'
import { treeText } from './tree-text.ts'

const definition = (kind: string) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ${kind.toLowerCase()}s.example.com }
spec:
  group: example.com
  scope: Cluster
  names: { plural: ${kind.toLowerCase()}s, singular: ${kind.toLowerCase()}, kind: ${kind}, categories: [keelson] }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
`

const object = (kind: string, name: string, fields: object) =>
  `${JSON.stringify({ apiVersion: 'example.com/v1', kind, metadata: { name }, ...fields })}\n`

const ready = (status: string, message: string, endpoint?: unknown) => ({
  status: { endpoint, conditions: [{ type: 'Ready', status, message }] },
})

describe('tree', () => {
  let harness: Harness
  before(async () => {
    harness = harnessOf(await startServer({ listen: true }))
    const { file, run } = harness
    file('tree/acme.yaml', 'apiVersion: tenancy.kcp.io/v1alpha1\nkind: Workspace\nmetadata: { name: acme }\n')
    file('tree/acme/kinds.yaml', ['ControlCenter', 'Platform'].map(definition).join('---\n'))
    const below = { controlCenterRef: { name: 'emea' } }
    file(
      'tree/acme/objects.yaml',
      [
        object('ControlCenter', 'emea', ready('True', 'no nodes', { host: 'emea.example', port: 6443 })),
        object('Platform', 'shop', { spec: below, ...ready('False', 'waits for\nemea', 'https://shop.example') }),
        object('Platform', 'stray', { spec: { controlCenterRef: { name: 'gone' } } }),
      ].join('---\n'),
    )
    const { err, code } = await run(['apply', '--tree', '-f', `${harness.folder}/tree`, '--workspace', ':root'])
    assert.deepEqual([code, err], [0, ''])
  })
  after(() => harness[Symbol.asyncDispose]())

  it('shows workspaces, and what is of the category keelson: platforms below their control center', async () => {
    const { out, err, code } = await harness.run('tree --workspace :root')
    assert.deepEqual([code, err], [0, ''])
    assert.equal(
      out,
      [
        'NAME                         READY   ENDPOINT                    MESSAGE',
        'root                         True',
        '└── acme                     True',
        '    ├── ControlCenter/emea   True    https://emea.example:6443   no nodes',
        '    │   └── Platform/shop    False   https://shop.example        waits for emea',
        '    └── Platform/stray',
        '',
      ].join('\n'),
    )
  })

  it('gives names, one a line', async () => {
    const { out } = await harness.run('tree --workspace :root -o name')
    assert.deepEqual(out.split('\n'), [
      ':root',
      ':root:acme',
      ':root:acme controlcenter.example.com/emea',
      ':root:acme platform.example.com/shop',
      ':root:acme platform.example.com/stray',
      '',
    ])
  })

  it('gives the same as data', async () => {
    const { out } = await harness.run('tree --workspace :root:acme -o json')
    const root = JSON.parse(out) as TreeNode
    assert.deepEqual([root.kind, root.workspace, root.ready], ['Workspace', 'root:acme', 'True'])
    assert.deepEqual(
      root.children.map(({ kind, name, children }) => [kind, name, children.length]),
      [
        ['ControlCenter', 'emea', 1],
        ['Platform', 'stray', 0],
      ],
    )
    const { out: yaml } = await harness.run('tree --workspace :root:acme -o yaml')
    assert.match(yaml, /^ {2}- children: \[\]\n {4}endpoint: https:\/\/shop\.example$/m)
  })

  it('leaves out what one may not read', async () => {
    const { out, code } = await harness.run('tree --workspace :root:acme --token nobody')
    assert.deepEqual([code, out], [1, ''])
  })

  it('says that there is no such workspace', async () => {
    const { code, err } = await harness.run('tree --workspace :root:nowhere')
    assert.deepEqual(
      [code, err],
      [1, 'Error from server (NotFound): workspaces.tenancy.kcp.io "root:nowhere" not found\n'],
    )
  })

  it('has colours on a terminal only', () => {
    const node = { kind: 'Workspace', name: 'a', object: '', workspace: 'a', message: '', endpoint: '', children: [] }
    assert.ok(treeText({ ...node, ready: 'True' }, { terminal: true }).includes('\u001b[32mTrue'))
    assert.ok(!treeText({ ...node, ready: 'True' }, { terminal: false }).includes('\u001b'))
  })
})
