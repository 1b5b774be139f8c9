/**
 * A Docker for tests: the answers of the Engine API that the provider asks for, in the shapes of Docker 27, over a socket of
 * its own. What it does not know it answers with 404, as Docker does. `faults` arranges what goes wrong.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { archiveOf, firstFileOf } from '../docker/tar.ts'
import { makeAuthority } from './authority.ts'
import { detailsOf, type FakeContainer, newContainer, summaryOf } from './fake-container.ts'
import type { Kill } from './kill-points.ts'

export interface Fault {
  /** Of `POST /volumes/create`; ids are `{id}`. */
  readonly request: RegExp
  /** After so many that it lets pass. */
  readonly skip?: number
  /** Default: for ever. */
  readonly times?: number
  /** `cut`: it is carried out, and the answer breaks off. `refuse`: the connection is cut before anything is done. */
  readonly effect: 'cut' | 'refuse' | { readonly status: number; readonly message: string } | { readonly delay: number }
}

/** What the pretended kind is to do. */
export interface KindCourse {
  /** Milliseconds in the middle of it. */
  delay?: number
  /** It fails after its first node, with these lines. */
  failure?: readonly string[]
  /** So often; default: always. */
  times?: number
}

export interface FakeDocker extends AsyncDisposable {
  readonly socket: string
  readonly containers: Map<string, FakeContainer>
  readonly volumes: Map<string, { labels: Record<string, string>; createdAt: string }>
  readonly images: Set<string>
  faults: Fault[]
  kind: KindCourse
  /** Milliseconds that a program in a node, and a container's removal, take. */
  execDelay: number
  removeDelay: number
  /** For a process of its own: where it kills itself. */
  kill: Kill | undefined
  /** Every request so far, as `GET /containers/json`. */
  readonly requests: string[]
  /** As one of Docker's own events. */
  readonly emit: (event: DockerEvent) => void
  /** Whether APIs of clusters answer. */
  isApiUp: boolean
  readonly close: () => Promise<void>
}

export interface DockerEvent {
  readonly Type: string
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
}

class Refused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export async function startFakeDocker(): Promise<FakeDocker> {
  const folder = await mkdtemp(join(tmpdir(), 'keelson-docker-'))
  const socket = join(folder, 'docker.sock')
  const authority = await makeAuthority()
  const containers = new Map<string, FakeContainer>()
  const volumes: FakeDocker['volumes'] = new Map()
  const images = new Set<string>()
  const requests: string[] = []
  const watchers = new Set<ServerResponse>()
  const execs = new Map<string, { container: FakeContainer; command: string[]; code: number }>()
  const uses = new Map<Fault, number>()

  const api = createSecureServer(authority.serving, (_, answer) => {
    answer.writeHead(fake.isApiUp ? 200 : 503).end('ok')
  })
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const { port } = api.address() as AddressInfo

  const find = (id: string): FakeContainer => {
    const found = containers.get(id) ?? [...containers.values()].find(({ name }) => name === id)
    if (found === undefined) throw new Refused(404, `No such container: ${id}`)
    return found
  }
  const whole = (id: string): FakeContainer => {
    const found = find(id)
    if (found.isBroken) throw new Refused(500, `layer of ${id} does not exist`)
    return found
  }
  const emit = (event: DockerEvent): void => {
    for (const watcher of watchers) watcher.write(`${JSON.stringify(event)}\n`)
  }
  const tell = ({ id, name, labels }: FakeContainer, Action: string): void =>
    emit({ Type: 'container', Action, Actor: { ID: id, Attributes: { ...labels, name } } })
  const hasLabels = (labels: Record<string, string>, wanted: readonly string[]): boolean =>
    wanted.every((each) => {
      const [key = '', value] = each.split('=')
      return value === undefined ? key in labels : labels[key] === value
    })
  const run = (container: FakeContainer, state: 'running' | 'exited'): void => {
    container.state = state
    container.status = state === 'running' ? 'Up 1 second' : 'Exited (0) 1 second ago'
    if (state === 'running') container.startedAt = new Date().toISOString()
    tell(container, state === 'running' ? 'start' : 'die')
  }

  async function runCommand(container: FakeContainer, command: readonly string[]): Promise<string> {
    const line = command.join(' ')
    if (line.startsWith('kubeadm kubeconfig user')) {
      const seconds = Number(/--validity-period=(\d+)s/.exec(line)?.[1])
      const { cert, key } = await authority.issue(seconds)
      const encoded = (text: string) => Buffer.from(text).toString('base64')
      return `apiVersion: v1\nkind: Config\nusers:\n- name: keelson\n  user:\n    client-certificate-data: ${encoded(cert)}\n    client-key-data: ${encoded(key)}\n`
    }
    if (line.startsWith('kubeadm init')) {
      container.files.set('/etc/kubernetes/pki/ca.crt', authority.certificate)
      container.files.set('/var/lib/etcd/member/snap/db', 'data')
    }
    if (line.startsWith('kubeadm token create')) return 'zyxwvu.0123456789abcdef\n'
    if (line.includes('get node')) return 'node/there\n'
    return ''
  }

  async function answer(method: string, path: string, url: URL, body: Buffer): Promise<unknown> {
    const query = (name: string): string => url.searchParams.get(name) ?? ''
    const given = (): Record<string, unknown> => JSON.parse(body.toString() || '{}') as Record<string, unknown>
    const labelsAsked = (): string[] => (JSON.parse(query('filters') || '{}') as { label?: string[] }).label ?? []
    const [, room = '', id = '', action = ''] = path.split('/')
    switch (`${method} /${room}`) {
      case 'GET /volumes':
        return {
          Volumes: [...volumes]
            .filter(([, { labels }]) => hasLabels(labels, labelsAsked()))
            .map(([Name, { labels, createdAt }]) => ({ Name, Labels: labels, CreatedAt: createdAt, Driver: 'local' })),
          Warnings: null,
        }
      case 'POST /volumes': {
        const { Name, Labels } = given() as { Name: string; Labels: Record<string, string> }
        const there = volumes.get(Name) ?? { labels: Labels, createdAt: new Date().toISOString() }
        volumes.set(Name, there)
        return { Name, Labels: there.labels, CreatedAt: there.createdAt, Driver: 'local' }
      }
      case 'DELETE /volumes':
        if (!volumes.delete(id)) throw new Refused(404, `get ${id}: no such volume`)
        return undefined
      case 'GET /images':
        if (!images.has(path.slice('/images/'.length, -'/json'.length))) throw new Refused(404, `No such image: ${id}`)
        return { Id: 'sha256:0' }
      case 'POST /images': {
        const image = query('fromImage')
        if (!image.includes('/')) return { error: `pull access denied for ${image}` }
        images.add(image)
        return { status: 'Pulling fs layer', id: 'a', progressDetail: { current: 1e6, total: 2e6 } }
      }
      case 'POST /exec': {
        const exec = execs.get(id)
        if (exec === undefined) throw new Refused(404, `No such exec instance: ${id}`)
        await sleep(fake.execDelay, undefined, { ref: false })
        const output = Buffer.from(await runCommand(exec.container, exec.command))
        const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])
        header.writeUInt32BE(output.length, 4)
        return Buffer.concat([header, output])
      }
      case 'GET /exec':
        return { ExitCode: execs.get(id)?.code ?? 0, Running: false }
    }
    if (room !== 'containers') throw new Refused(404, 'page not found')
    if (method === 'GET' && id === 'json') {
      return [...containers.values()]
        .filter(({ labels }) => hasLabels(labels, labelsAsked()))
        .map((each) => summaryOf(each, port))
    }
    if (method === 'POST' && id === 'create') {
      const name = query('name')
      if ([...containers.values()].some((each) => each.name === name)) {
        throw new Refused(409, `Conflict. The container name "/${name}" is already in use by container "x".`)
      }
      const container = newContainer(name, given())
      containers.set(container.id, container)
      tell(container, 'create')
      return { Id: container.id, Warnings: [] }
    }
    if (method === 'DELETE') {
      const container = find(id)
      if (container.state === 'removing') {
        setTimeout(() => containers.delete(container.id), 20)
        throw new Refused(409, `removal of container ${id} is already in progress`)
      }
      container.state = 'removing'
      await sleep(fake.removeDelay, undefined, { ref: false })
      containers.delete(container.id)
      tell(container, 'destroy')
      return undefined
    }
    const container = action === 'stop' || action === 'logs' ? find(id) : whole(id)
    if (method === 'PUT') {
      const file = firstFileOf(body)?.toString() ?? ''
      const [, name = ''] = /^([^\0]+)/.exec(body.toString('latin1', 0, 100)) ?? []
      container.files.set(join(query('path'), name), file)
      return undefined
    }
    switch (`${method} ${action}`) {
      case 'GET json':
        return detailsOf(container)
      case 'GET logs':
        return Buffer.from(container.log.join('\r\n'))
      case 'GET archive': {
        const wanted = query('path')
        const content = container.files.get(wanted)
        if (content !== undefined) return archiveOf(wanted.split('/').at(-1) ?? '', content)
        const within = [...container.files].find(([path]) => path.startsWith(`${wanted}/`))
        if (within === undefined) throw new Refused(404, `Could not find the file ${wanted} in container ${id}`)
        return archiveOf(within[0].slice(wanted.lastIndexOf('/') + 1), within[1])
      }
      case 'POST start':
      case 'POST restart':
      case 'POST unpause':
        run(container, 'running')
        return undefined
      case 'POST stop':
        run(container, 'exited')
        return undefined
      case 'POST rename':
        container.name = query('name')
        return undefined
      case 'POST exec': {
        if (container.state !== 'running') throw new Refused(409, `container ${id} is not running`)
        const exec = randomBytes(16).toString('hex')
        execs.set(exec, { container, command: given().Cmd as string[], code: 0 })
        return { Id: exec }
      }
    }
    throw new Refused(404, 'page not found')
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://docker')
    const { method = '' } = request
    const body = await buffer(request)
    const said = requestName(method, url.pathname)
    if (url.pathname === '/_test') {
      response.end(JSON.stringify({ kind: fake.kind, kill: fake.kill }))
      if (url.searchParams.has('failed') && fake.kind.times !== undefined) fake.kind.times--
      return
    }
    requests.push(said)
    if (url.pathname === '/events') {
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.flushHeaders()
      watchers.add(response)
      response.once('close', () => watchers.delete(response))
      return
    }
    const effect = faultFor(said)
    if (typeof effect === 'object' && 'delay' in effect) await sleep(effect.delay, undefined, { ref: false })
    if (effect === 'refuse') return void request.socket.destroy()
    try {
      if (typeof effect === 'object' && 'status' in effect) throw new Refused(effect.status, effect.message)
      const given = await answer(method, url.pathname, url, body)
      if (effect === 'cut') {
        response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 1000 })
        response.write('{"half":')
        await sleep(5)
        return void response.destroy()
      }
      if (given === undefined) return void response.writeHead(204).end()
      response.writeHead(200, { 'Content-Type': Buffer.isBuffer(given) ? 'application/x-tar' : 'application/json' })
      response.end(Buffer.isBuffer(given) ? given : `${JSON.stringify(given)}\n`)
    } catch (error) {
      const status = error instanceof Refused ? error.status : 500
      response.writeHead(status, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify({ message: (error as Error).message }))
    }
  }

  function faultFor(said: string): Fault['effect'] | undefined {
    const fault = fake.faults.find((each) => {
      if (!each.request.test(said)) return false
      const used = uses.get(each) ?? 0
      uses.set(each, used + 1)
      return used >= (each.skip ?? 0) && used < (each.skip ?? 0) + (each.times ?? Number.POSITIVE_INFINITY)
    })
    return fault?.effect
  }

  const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  const fake: FakeDocker = {
    socket,
    containers,
    volumes,
    images,
    faults: [],
    kind: {},
    execDelay: 0,
    removeDelay: 0,
    kill: undefined,
    requests,
    emit,
    isApiUp: true,
    close,
    async [Symbol.asyncDispose]() {
      await close()
      api.closeAllConnections()
      await new Promise<void>((resolve) => api.close(() => resolve()))
      await rm(folder, { recursive: true, force: true })
    },
  }
  return fake
}

/** `DELETE /containers/{id}` */
export function requestName(method: string, path: string): string {
  const [, room = '', id = '', ...rest] = path.split('/')
  const isName = !['', 'json', 'create'].includes(id) && room !== 'events'
  return `${method} /${[room, isName ? '{id}' : id, ...(room === 'images' ? [] : rest)].filter(Boolean).join('/')}`
}
