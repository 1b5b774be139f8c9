import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Daemon, startDaemon } from '../daemon.ts'
import { freePort } from '../free-port.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { toolPath } from '../tools/build.ts'

export interface EtcdOptions {
  readonly members?: number
  /** Further flags of each member. */
  readonly flags?: readonly string[]
  /** Writes are not synced to the disk: for tests of what a store means, not of what it survives. */
  readonly fast?: boolean
}

export interface EtcdCluster extends AsyncDisposable {
  /** Of each member: `http://127.0.0.1:port`. */
  readonly urls: readonly string[]
  kill(member: number): Promise<void>
  /** Starts a member that has been killed, on what it has written. */
  revive(member: number): void
  log(): string
}

/**
 * Starts a real etcd on free ports of loopback, as new.
 *
 *     await using etcd = await startEtcd({ members: 3 })
 */
export async function startEtcd({ members = 1, flags = [], fast = false }: EtcdOptions = {}): Promise<EtcdCluster> {
  const etcd = await toolPath('etcd')
  await using cleanup = new AsyncDisposableStack()
  const { path: folder } = cleanup.use(await temporaryFolder())
  const ports = await Promise.all(Array.from({ length: members }, async () => [await freePort(), await freePort()]))
  const address = (port: number | undefined) => `http://127.0.0.1:${port}`
  const urls = ports.map(([client]) => address(client))
  const initial = ports.map(([, peer], member) => `e${member}=${address(peer)}`).join(',')
  const daemons: Daemon[] = []

  async function start(member: number): Promise<void> {
    const [client, peer] = ports[member] ?? []
    const data = join(folder, `e${member}`)
    await mkdir(data, { mode: 0o700, recursive: true })
    const settings = {
      name: `e${member}`,
      'data-dir': data,
      'listen-client-urls': address(client),
      'advertise-client-urls': address(client),
      'listen-peer-urls': address(peer),
      'initial-advertise-peer-urls': address(peer),
      'initial-cluster': initial,
      'log-level': 'error',
    }
    const all = [...Object.entries(settings).map(([name, value]) => `--${name}=${value}`), ...flags]
    daemons[member] = startDaemon(etcd, fast ? [...all, '--unsafe-no-fsync'] : all, join(folder, `e${member}.log`))
  }

  cleanup.defer(async () => {
    await Promise.all(daemons.map((daemon) => daemon.stop(1_000)))
  })
  await Promise.all(urls.map((_, member) => start(member)))
  for (const [member, url] of urls.entries()) {
    for (let attempt = 0; ; attempt++) {
      daemons[member]?.assertRunning()
      const { health } = await fetch(`${url}/health`)
        .then((answer) => answer.json() as Promise<{ health?: string }>)
        .catch(() => ({ health: 'false' }))
      if (health === 'true') break
      if (attempt > 300) throw new Error(`etcd is not healthy after 30 s:\n${daemons[member]?.log().slice(-3_000)}`)
      await sleep(100)
    }
  }
  const disposal = cleanup.move()
  return {
    urls,
    kill: async (member) => {
      const daemon = daemons[member] as Daemon
      process.kill(daemon.pid, 'SIGKILL')
      await daemon.stop()
    },
    revive: (member) => {
      void start(member)
    },
    log: () => daemons.map((daemon) => daemon.log()).join('\n'),
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  }
}
