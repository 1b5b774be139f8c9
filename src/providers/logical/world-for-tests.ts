/** The logical provider's world as the conformance suite wants it: a Keelson server, spoiled where it can be. */

import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type Client,
  clientConfigOf,
  createClient,
  httpsTransport,
  inProcessTransport,
  readKubeconfig,
  resourceRef,
  type Transport,
} from '../../client/index.ts'
import { type Handler, KeelsonError } from '../../machinery/index.ts'
import type { Interruptible, ProviderWorld } from '../conformance.ts'
import type { ClusterProvider, ClusterState } from '../provider.ts'
import { operationFailed } from '../provider-error.ts'
import { TAGS } from '../tags.ts'
import { API_VERSION, ENDPOINTS, stateOf } from './endpoint-object.ts'
import { openLogicalProvider } from './logical-provider.ts'

/** What a child process finds in its folder beside the kubeconfig. */
interface Arranged {
  readonly kill?: { readonly call: string; readonly point: string }
}

const METHODS: Readonly<Record<string, string>> = { create: 'POST', update: 'PATCH', delete: 'DELETE' }
const WORLD = '/clusters/system:admin'
const USER = { username: 'logical-cluster-provider', groups: ['system:masters'] }
const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const BLOCKER = { name: 'blocker', namespace: 'default', finalizers: ['tests.keelson.dev/blocker'] }

/** Milliseconds. */
const SOON = 20

/** In a process of its own: a client over HTTPS, which is killed before or behind the request that makes the call. */
export function openForChild(folder: string): ClusterProvider {
  const { kill } = JSON.parse(readFileSync(join(folder, 'arranged.json'), 'utf8')) as Arranged
  const die = (point: string) => {
    if (kill?.point === point) process.kill(process.pid, 'SIGKILL')
  }
  const transport = httpsTransport(
    clientConfigOf(readKubeconfig({ file: join(folder, 'kubeconfig'), env: {} }), 'shard-base'),
  )
  const killing: Transport = {
    ...transport,
    async send(request) {
      const isIt = request.method === METHODS[kill?.call ?? '']
      if (isIt) die('before')
      const answer = await transport.send(request)
      if (isIt) die('begun')
      return answer
    },
  }
  const provider = openLogicalProvider({ client: () => createClient({ transport: killing, cluster: WORLD }) })
  return {
    ...provider,
    create: async (...parameters) => {
      const created = await provider.create(...parameters)
      die('after')
      return created
    },
  }
}

/** What a test hands in of a server: rooms know the one for tests by their tests alone. */
export interface LogicalServer extends AsyncDisposable {
  readonly handler: Handler
  readonly kubeconfig: () => string
  readonly faults: {
    readonly refuseEndpoints: (refused: boolean) => void
    readonly delayRequests: (ms: number, match?: (request: { method: string; url: string }) => boolean) => void
  }
}

export async function openLogicalWorld(start: () => Promise<LogicalServer>): Promise<ProviderWorld & Interruptible> {
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'keelson-logical-'))
  opened.defer(() => rm(folder, { recursive: true }))
  const server = opened.use(await start())
  await writeFile(join(folder, 'kubeconfig'), server.kubeconfig())
  const arrange = (arranged: Arranged) => writeFile(join(folder, 'arranged.json'), JSON.stringify(arranged))
  await arrange({})
  const admin = createClient({ transport: inProcessTransport(server.handler, USER), cluster: WORLD })
  const timers = new Set<NodeJS.Timeout>()
  opened.defer(() => {
    for (const timer of timers) clearTimeout(timer)
  })
  const held = new Map<string, (milliseconds: number) => void>()
  let isCutOff = false
  let failsWhenBuilt = false
  let deletionTakes = 0
  let interrupting: { left: number; readonly between: () => Promise<void> } | undefined
  /** In force until the next create: what is half-built shall be so when somebody looks. */
  let opensNothing = false

  const patchStatus = (name: string, status: object) =>
    admin.patch(ENDPOINTS, name, 'merge', { status }, { subresource: 'status' })
  async function inState(name: string, state: string): Promise<void> {
    while (stateOf(await admin.get(ENDPOINTS, name)) !== state) await delay(1)
  }

  /** Something in the logical cluster that somebody has to clean up outside: its deletion waits for that. */
  async function block(name: string): Promise<(milliseconds: number) => void> {
    const inside = await insideOf(admin, name)
    const free = () => inside.patch(CONFIG_MAPS, BLOCKER.name, 'merge', { metadata: { finalizers: null } }, BLOCKER)
    await inside.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: BLOCKER })
    return (milliseconds) => timers.add(setTimeout(() => void free().catch(() => undefined), milliseconds))
  }

  function open(): ClusterProvider {
    const transport = inProcessTransport(server.handler, USER)
    const cut: Transport = {
      ...transport,
      async send(request) {
        if (isCutOff) throw new KeelsonError('no route', 'end the fault')
        const answer = await transport.send(request)
        const body = await Array.fromAsync<Buffer>(answer.body)
        if (interrupting !== undefined && --interrupting.left === 0) await interrupting.between()
        return { ...answer, body }
      },
    }
    const provider = openLogicalProvider({ client: () => createClient({ transport: cut, cluster: WORLD }) })
    return {
      ...provider,
      async create(...parameters) {
        server.faults.refuseEndpoints(opensNothing)
        const created = await provider.create(...parameters)
        if (failsWhenBuilt) throw operationFailed('out of order', ['out of order'])
        return created
      },
      async delete(externalID, operation) {
        const [name = ''] = externalID.replace('logical://', '').split('/')
        if (deletionTakes > 0 && !operation.signal.aborted) {
          await block(name).then(
            (free) => free(deletionTakes),
            () => undefined,
          )
        }
        // Until somebody waits for its end, it is on its way out.
        held.get(name)?.(SOON)
        return provider.delete(externalID, operation)
      },
    }
  }

  async function put(name: string, state: ClusterState): Promise<void> {
    if (state === 'ready') return
    if (state === 'stopped') {
      await admin.patch(ENDPOINTS, name, 'merge', { spec: { closed: true } })
      return inState(name, state)
    }
    if (state === 'deleting') {
      held.set(name, await block(name))
      await admin.delete(ENDPOINTS, name)
      return
    }
    if (state === 'building') await patchStatus(name, { state: 'Opening' })
    if (state === 'unreachable') await patchStatus(name, { state: 'OfANewerVersion' })
    if (state === 'failed') await patchStatus(name, { state: 'Failed', message: 'no key', logTail: ['no key'] })
  }

  const running = opened.move()
  return {
    open,
    module: { url: import.meta.url, argument: folder },
    specs: { first: {}, second: {} },
    refused: { spec: { version: 'v1.35.0' }, field: 'spec.version' },

    async plant(name, state, ownerTag) {
      const annotations: Record<string, string> = ownerTag === undefined ? {} : { [TAGS.owner]: ownerTag }
      await admin.create(ENDPOINTS, {
        apiVersion: API_VERSION,
        kind: 'LogicalEndpoint',
        metadata: { name, annotations },
      })
      await inState(name, 'ready')
      await put(name, state)
    },
    put,
    async cutOff() {
      isCutOff = true
    },
    async failCreate(when) {
      if (when === 'half') opensNothing = true
      else failsWhenBuilt = true
    },
    async killAt(call, point) {
      // The server lives on when a client of it dies: without this fault it would be ready before anybody looks.
      opensNothing = call === 'create' && point === 'begun'
      server.faults.refuseEndpoints(opensNothing)
      await arrange({ kill: { call, point } })
    },
    killPoints: { create: ['before', 'begun', 'after'], update: ['before', 'begun'], delete: ['before', 'begun'] },
    async slowDown(call, milliseconds) {
      if (call === 'create') {
        server.faults.delayRequests(milliseconds, ({ method, url }) => method === 'PATCH' && url.endsWith('/status'))
      } else if (call === 'delete') deletionTakes = milliseconds
    },
    interrupt(nth, between) {
      const interruption = { left: nth, between }
      interrupting = interruption
      return () => {
        interrupting = undefined
        return interruption.left <= 0
      }
    },
    async heal() {
      isCutOff = false
      failsWhenBuilt = false
      opensNothing = false
      server.faults.delayRequests(0)
      await arrange({})
    },
    async everythingKept() {
      const everywhere = admin.inCluster('*')
      const resources = (await admin.discovery.resources()).filter(({ verbs }) => verbs.includes('list'))
      const lists = await Promise.all([ENDPOINTS, ...resources].map((resource) => everywhere.list(resource)))
      return lists.map(({ items }) => JSON.stringify(items)).join('\n')
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

async function insideOf(admin: Client, name: string): Promise<Client> {
  const { spec } = await admin.get(ENDPOINTS, name)
  return admin.inCluster((spec as { cluster?: string }).cluster ?? '')
}
