import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { notFound } from '../machinery/index.ts'
import { createDiscovery } from './discovery.ts'

interface Entry {
  resource: string
  kind: string
  shortNames?: string[]
  categories?: string[]
}

function group(name: string, version: string, entries: readonly Entry[]) {
  const resources = entries.map(({ resource, kind, ...rest }) => ({
    resource,
    responseKind: { group: name, version, kind },
    scope: 'Namespaced',
    singularResource: kind.toLowerCase(),
    verbs: ['get', 'list'],
    subresources: [{ subresource: 'status' }],
    ...rest,
  }))
  return { metadata: { name }, versions: [{ version, resources }] }
}

const core = group('', 'v1', [
  { resource: 'configmaps', kind: 'ConfigMap', shortNames: ['cm'] },
  { resource: 'events', kind: 'Event', shortNames: ['ev'] },
])
const events = group('events.k8s.io', 'v1', [{ resource: 'events', kind: 'Event', shortNames: ['ev'] }])
const acme = group('acme.example', 'v1', [
  { resource: 'widgets', kind: 'Widget', shortNames: ['cm'], categories: ['all'] },
])
const other = group('other.example', 'v1', [
  { resource: 'widgets', kind: 'Widget', categories: ['all'] },
  { resource: 'gadgets', kind: 'Gadget', categories: ['all'] },
])

function serving(groups: () => readonly unknown[]) {
  let asked = 0
  const discovery = createDiscovery(async (_, path) => {
    asked += 1
    return { items: path === '/api' ? [core] : groups() }
  })
  return { discovery, asked: () => asked }
}

describe('what a name means', () => {
  const { discovery } = serving(() => [events, acme, other])
  const cases: [string, string[]][] = [
    ['configmaps', ['configmaps.']],
    ['configmap', ['configmaps.']],
    ['ConfigMap', ['configmaps.']],
    ['cm', ['configmaps.']],
    ['events', ['events.']],
    ['events.events.k8s.io', ['events.events.k8s.io']],
    ['events.v1.events.k8s.io', ['events.events.k8s.io']],
    ['events.v1', ['events.']],
    ['widgets', ['widgets.acme.example']],
    ['widget.other.example', ['widgets.other.example']],
    ['all', ['widgets.acme.example', 'widgets.other.example', 'gadgets.other.example']],
    ['nonsense', []],
    ['widgets.nonsense', []],
  ]
  for (const [text, expected] of cases) {
    it(`${text} is ${expected.length === 0 ? 'nothing' : expected.join(' and ')}`, async () => {
      const found = await discovery.mapResource(text)
      assert.deepEqual(
        found.map((each) => `${each.resource}.${each.group}`),
        expected,
      )
    })
  }
})

describe('asking the server', () => {
  it('happens once for what is known, and again for what is not', async () => {
    let groups = [acme]
    const { discovery, asked } = serving(() => groups)
    assert.equal((await discovery.mapKind('acme.example/v1', 'Widget'))?.resource, 'widgets')
    await discovery.mapResource('widgets')
    assert.equal(asked(), 2)
    groups = [acme, other]
    assert.deepEqual((await discovery.mapKind('other.example/v1', 'Gadget'))?.subresources, ['status'])
    assert.equal(asked(), 4)
  })

  it('survives a server without the core group', async () => {
    const discovery = createDiscovery(async (_, path) => {
      if (path === '/api') throw notFound({ group: '', resource: 'x' }, 'y')
      return { items: [acme] }
    })
    assert.equal((await discovery.resources()).length, 1)
  })

  it('says that there is no such workspace where there is none', async () => {
    const discovery = createDiscovery(async () => {
      throw notFound({ group: 'tenancy.kcp.io', resource: 'workspaces' }, 'root:nowhere')
    })
    await assert.rejects(discovery.resources(), /workspaces\.tenancy\.kcp\.io "root:nowhere" not found/)
  })

  it('does not keep a failure', async () => {
    let down = true
    const discovery = createDiscovery(async () => {
      if (down) throw new Error('down')
      return { items: [acme] }
    })
    await assert.rejects(discovery.resources(), /down/)
    down = false
    assert.equal((await discovery.mapKind('acme.example/v1', 'Widget'))?.kind, 'Widget')
  })
})
