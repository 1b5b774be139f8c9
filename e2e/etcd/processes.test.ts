/** Two processes of Keelson on one etcd: what is written at one is seen at the other, and controllers move when theirs is killed. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Call, compareAndSet, read, violation, write } from '../../src/storage/conformance/linearizable.ts'
import { type Access, readKubeconfig } from '../kubeconfig.ts'
import { request, requestObject } from '../request.ts'
import { type Keelson, startKeelson } from '../server.ts'
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts'
import { type EtcdCluster, startEtcd } from './cluster.ts'
import { watch } from './watch.ts'

let etcd: EtcdCluster
let folder: TemporaryFolder
const servers: Keelson[] = []
let here: Access
let there: Access

const flags = () => ['--store', `etcd://${etcd.urls[0]?.replace('http://', '')}`, '--shared-key-file', keyFile()]
const keyFile = () => join(folder.path, 'key')

async function start(name: string): Promise<Access> {
  const server = await startKeelson({ data: join(folder.path, name), flags: flags() })
  servers.push(server)
  // Its kubeconfig is that of the first process until it serves.
  while (!server.log().includes(' is ready: ')) await sleep(20)
  return readKubeconfig(server.kubeconfig)
}

before(async () => {
  folder = await temporaryFolder()
  etcd = await startEtcd()
  await writeFile(keyFile(), randomBytes(32).toString('base64'))
  here = await start('here')
  there = await start('there')
})

after(async () => {
  for (const server of servers) await server[Symbol.asyncDispose]()
  await etcd[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'
const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { name } })

test('both have one authority and one administrator', async () => {
  assert.notEqual(here.url, there.url)
  assert.equal(here.ca, there.ca)
  assert.deepEqual(here.credential, there.credential)
  const { status } = await request({ ...here, url: there.url }, 'GET', '/api')
  assert.equal(status, 200)
})

test('what is written at one is there at the other with the next request, and is gone with the next', async () => {
  for (let n = 0; n < 20; n++) {
    const [one, other] = n % 2 === 0 ? [here, there] : [there, here]
    await requestObject(one, 'POST', CONFIG_MAPS, configMap(`seen-${n}`))
    assert.equal((await request(other, 'GET', `${CONFIG_MAPS}/seen-${n}`)).status, 200)
    const { items } = await requestObject<{ items: { metadata: { name: string } }[] }>(other, 'GET', CONFIG_MAPS)
    assert.ok(items.some(({ metadata }) => metadata.name === `seen-${n}`))
    assert.equal((await request(other, 'DELETE', `${CONFIG_MAPS}/seen-${n}`)).status, 200)
    assert.equal((await request(one, 'GET', `${CONFIG_MAPS}/seen-${n}`)).status, 404)
  }
})

test('gets, lists and updates at both, at once, have an order in which each took effect while it was under way', async () => {
  const names = ['register-0', 'register-1', 'register-2']
  const histories = new Map<string, Call[]>()
  let [clock, values] = [0, 0]
  for (const name of names) {
    await requestObject(here, 'POST', CONFIG_MAPS, { ...configMap(name), data: { value: 'first' } })
    histories.set(name, [])
  }
  interface Register {
    readonly metadata: { readonly name: string; readonly resourceVersion: string }
    readonly data: { readonly value: string }
  }
  const get = (at: Access, name: string) => requestObject<Register>(at, 'GET', `${CONFIG_MAPS}/${name}`)
  const find = async (at: Access, name: string): Promise<Register> => {
    const { items } = await requestObject<{ items: Register[] }>(at, 'GET', CONFIG_MAPS)
    return items.find(({ metadata }) => metadata.name === name) as Register
  }

  async function one(at: Access, name: string, number: number): Promise<void> {
    const history = histories.get(name) as Call[]
    const begin = ++clock
    const { data, metadata } = await (number % 2 === 0 ? get : find)(at, name)
    history.push(read(begin, ++clock, data.value))
    const value = `${++values}`
    const again = ++clock
    const body = { ...configMap(name), data: { value } }
    if (number % 3 === 0) {
      await requestObject(at, 'PATCH', `${CONFIG_MAPS}/${name}`, body, 'application/merge-patch+json')
      history.push(write(again, ++clock, value))
      return
    }
    const { status } = await request(at, 'PUT', `${CONFIG_MAPS}/${name}`, { ...body, metadata })
    assert.ok(status === 200 || status === 409, String(status))
    history.push(compareAndSet(again, ++clock, data.value, value, status === 200))
  }

  async function client(number: number): Promise<void> {
    for (let n = 0; n < 25; n++)
      await one(number % 2 === 0 ? here : there, names[(number + n) % names.length] as string, number + n)
  }

  await Promise.all(Array.from({ length: 6 }, (_, number) => client(number)))
  for (const [name, history] of histories) assert.equal(violation(history, 'first'), undefined, name)
})

test('a watch at one tells what is written at both, in order', async () => {
  const { metadata } = await requestObject<{ metadata: { resourceVersion: string } }>(there, 'GET', CONFIG_MAPS)
  const events = watch(there, `${CONFIG_MAPS}?watch=1&resourceVersion=${metadata.resourceVersion}`)
  for (let n = 0; n < 30; n++)
    await requestObject(n % 2 === 0 ? here : there, 'POST', CONFIG_MAPS, configMap(`told-${n}`))
  while (events.seen.length < 30) await sleep(10)
  events.end()
  assert.deepEqual(
    events.seen,
    Array.from({ length: 30 }, (_, n) => `ADDED told-${n}`),
  )
})

test('a workspace that is made at one serves a custom resource at the other at once', async () => {
  const workspace = { apiVersion: 'tenancy.kcp.io/v1alpha1', kind: 'Workspace', metadata: { name: 'both' } }
  await requestObject(here, 'POST', '/apis/tenancy.kcp.io/v1alpha1/workspaces', workspace)
  const inside = { ...there, url: `${there.url}:both` }
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  await requestObject(inside, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
    metadata: { name: 'widgets.example.com' },
    spec: {
      ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget' } },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  })
  const widgets = '/apis/example.com/v1/namespaces/default/widgets'
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } }
  await requestObject({ ...here, url: `${here.url}:both` }, 'POST', widgets, widget)
  assert.equal((await request(inside, 'GET', `${widgets}/w`)).status, 200)
})

test('a process with another authority is refused', async () => {
  const data = join(folder.path, 'stranger')
  await writeFile(`${keyFile()}-other`, randomBytes(32).toString('base64'))
  await assert.rejects(
    startKeelson({ data, flags: [...flags(), '--shared-key-file', `${keyFile()}-other`] }),
    /does not hold the key that the store was begun with/,
  )
})

test('the controllers move to the other process when theirs is killed', { timeout: 90_000 }, async () => {
  const deleted = async (access: Access, name: string): Promise<void> => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
    await requestObject(access, 'POST', '/api/v1/namespaces', namespace)
    await requestObject(access, 'POST', `/api/v1/namespaces/${name}/configmaps`, configMap('within'))
    await requestObject(access, 'DELETE', `/api/v1/namespaces/${name}`)
    while ((await request(access, 'GET', `/api/v1/namespaces/${name}`)).status !== 404) await sleep(50)
  }
  // The controllers of the first are told of by the second's work.
  await deleted(there, 'before')
  const [first] = servers as [Keelson]
  process.kill(first.processes[0] as number, 'SIGKILL')
  await deleted(there, 'after')
  assert.equal(servers[1]?.log().includes('"level":"error"'), false, String(servers[1]?.log()))
  await rm(join(folder.path, 'stranger'), { recursive: true, force: true })
})
