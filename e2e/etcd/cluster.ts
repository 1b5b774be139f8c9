import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Daemon, startDaemon } from '../daemon.ts'
import { freePort } from '../free-port.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { toolPath } from '../tools/build.ts'
import { createPeers } from './peers.ts'

export interface EtcdOptions {
  readonly members?: number
  /** Further flags of each member. */
  readonly flags?: readonly string[]
  /** Writes are not synced to the disk: for tests of what a store means, not of what it survives. */
  readonly fast?: boolean
  /** A folder with what makeCertificates makes: clients speak TLS, and show a certificate. */
  readonly certificates?: string
  /** Members reach each other by a way that can be cut (`part`). */
  readonly partable?: boolean
}

export interface EtcdCluster extends AsyncDisposable {
  /** Of each member: `http://127.0.0.1:port`, or https. */
  readonly urls: readonly string[]
  readonly processes: readonly number[]
  kill(member: number): Promise<void>
  /** The member stops in the middle of what it does, its connections stay open, and it knows nothing of it when it goes on. */
  freeze(member: number): void
  thaw(member: number): void
  /** Starts a member that has been killed, on what it has written. */
  revive(member: number): void
  /** Nothing passes between these groups of members, and the rest, any more; clients reach all of them. Needs `partable`. */
  part(...groups: readonly (readonly number[])[]): void
  heal(): void
  /** Resolves with the one of these members, or of all, that believes it is the leader. */
  leader(among?: readonly number[]): Promise<number>
  log(): string
}

/**
 * Starts a real etcd on free ports of loopback, as new: 3.6, or with KEELSON_ETCD=3.5 the one before.
 *
 *     await using etcd = await startEtcd({ members: 3 })
 */
export async function startEtcd(options: EtcdOptions = {}): Promise<EtcdCluster> {
  const { members = 1, flags = [], fast = false, certificates, partable = false } = options
  const etcd = await toolPath(process.env.KEELSON_ETCD === '3.5' ? 'etcd-3.5' : 'etcd')
  await using cleanup = new AsyncDisposableStack()
  const { path: folder } = cleanup.use(await temporaryFolder())
  const ports = await Promise.all(
    Array.from({ length: members }, () => Promise.all([freePort(), freePort(), freePort()])),
  )
  const address = (port: number | undefined) => `http://127.0.0.1:${port}`
  const clientAddress = (port: number | undefined) =>
    certificates === undefined ? address(port) : `https://127.0.0.1:${port}`
  const urls = ports.map(([client]) => clientAddress(client))
  const tls = ['cert-file=apiserver.crt', 'key-file=apiserver.key', 'trusted-ca-file=ca.crt'].map((flag) =>
    flag.replace('=', `=${certificates}/`),
  )
  const peers = createPeers()
  const ways = await Promise.all(
    ports.map(async ([, peer], member) =>
      partable ? cleanup.use(await peers.startProxy(member, address(peer))).url : address(peer),
    ),
  )
  const initial = ways.map((way, member) => `e${member}=${way}`).join(',')
  const daemons: Daemon[] = []

  async function start(member: number): Promise<void> {
    const [client, peer, metrics] = ports[member] ?? []
    const data = join(folder, `e${member}`)
    await mkdir(data, { mode: 0o700, recursive: true })
    const settings = {
      name: `e${member}`,
      'data-dir': data,
      'listen-client-urls': clientAddress(client),
      'advertise-client-urls': clientAddress(client),
      'listen-metrics-urls': address(metrics),
      'listen-peer-urls': address(peer),
      'initial-advertise-peer-urls': ways[member],
      'initial-cluster': initial,
      'log-level': 'error',
    }
    const secure = certificates === undefined ? [] : [...tls.map((flag) => `--${flag}`), '--client-cert-auth']
    const all = [...Object.entries(settings).map(([name, value]) => `--${name}=${value}`), ...flags, ...secure]
    daemons[member] = startDaemon(etcd, fast ? [...all, '--unsafe-no-fsync'] : all, join(folder, `e${member}.log`))
  }

  cleanup.defer(async () => {
    await Promise.all(daemons.map((daemon) => daemon.stop(1_000)))
  })
  await Promise.all(urls.map((_, member) => start(member)))
  for (const [member, [, , metrics]] of ports.entries()) {
    for (let attempt = 0; ; attempt++) {
      daemons[member]?.assertRunning()
      const { health } = await fetch(`${address(metrics)}/health`)
        .then((answer) => answer.json() as Promise<{ health?: string }>)
        .catch(() => ({ health: 'false' }))
      if (health === 'true') break
      if (attempt > 300) throw new Error(`etcd is not healthy after 30 s:\n${daemons[member]?.log().slice(-3_000)}`)
      await sleep(100)
    }
  }
  if (partable) {
    const answer = await fetch(`${address(ports[0]?.[1])}/members`)
    peers.know(memberIds(await answer.text(), ways))
  }

  async function leader(among: readonly number[] = [...ports.keys()]): Promise<number> {
    for (;;) {
      for (const member of among) {
        const text = await fetch(`${address(ports[member]?.[2])}/metrics`).then((answer) => answer.text())
        if (text.includes('\netcd_server_is_leader 1\n')) return member
      }
      await sleep(100)
    }
  }

  const disposal = cleanup.move()
  return {
    urls,
    processes: daemons.map(({ pid }) => pid),
    kill: async (member) => {
      const daemon = daemons[member] as Daemon
      process.kill(daemon.pid, 'SIGKILL')
      await daemon.stop()
    },
    freeze: (member) => {
      process.kill((daemons[member] as Daemon).pid, 'SIGSTOP')
    },
    thaw: (member) => {
      process.kill((daemons[member] as Daemon).pid, 'SIGCONT')
    },
    revive: (member) => {
      void start(member)
    },
    part: peers.part,
    heal: peers.heal,
    leader,
    log: () => daemons.map((daemon) => daemon.log()).join('\n'),
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  }
}

/** Of the members that advertise these URLs, in that order. An id is beyond what JSON.parse can hold. */
function memberIds(members: string, urls: readonly string[]): string[] {
  return urls.map((url) => {
    const id = new RegExp(`"id":(\\d+),"peerURLs":\\["${RegExp.escape(url)}"\\]`).exec(members)?.[1]
    if (id === undefined) throw new Error(`no member at ${url} in ${members}`)
    return BigInt(id).toString(16)
  })
}
