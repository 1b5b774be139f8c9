import { join } from 'node:path'
import type { ApiServer } from './api-server.ts'
import { bundlePath } from './bundle.ts'
import { startDaemon } from './daemon.ts'
import { untilReady } from './ready.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface KeelsonOptions {
  /** Keeps the data here; by default in a temporary folder that goes with the server. */
  data?: string
  /** Options of Node itself, such as `--inspect=127.0.0.1:0`. */
  nodeOptions?: string[]
  /** Another build of the command than that of the sources as they are. */
  command?: string
  /** Further options of `serve`. */
  flags?: string[]
}

/** A running Keelson. */
export interface Keelson extends ApiServer {
  /** Stops it as Ctrl-C does and leaves the data; resolves with the exit code. */
  stop(): Promise<number | null>
}

/**
 * Starts the bundled `keelson serve` with the embedded store on a free port of loopback; the bundle is built when it is older
 * than the sources.
 *
 *     await using keelson = await startKeelson()
 */
export async function startKeelson(options: KeelsonOptions = {}): Promise<Keelson> {
  const bundle = options.command ?? (await bundlePath())
  await using cleanup = new AsyncDisposableStack()
  const folder = cleanup.use(await temporaryFolder())
  const data = options.data ?? join(folder.path, 'data')
  const serve = ['serve', '--data', data, '--listen', '127.0.0.1:0', '--store', 'embedded', ...(options.flags ?? [])]
  const logFile = join(folder.path, 'keelson.log')
  const begin = performance.now()
  const daemon = cleanup.use(startDaemon(process.execPath, [...(options.nodeOptions ?? []), bundle, ...serve], logFile))
  const kubeconfig = join(data, 'admin.kubeconfig')
  const { url } = await untilReady(kubeconfig, [daemon])
  const startMilliseconds = performance.now() - begin
  const disposal = cleanup.move()
  return {
    url,
    kubeconfig,
    processes: [daemon.pid],
    startMilliseconds,
    data,
    log: daemon.log,
    stop: () => daemon.stop(),
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  }
}
