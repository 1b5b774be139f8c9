/**
 * Opens a listener for each LogicalEndpoint and says in its status where: a socket, a serving certificate and a client
 * authority of its own. What is there at the start is opened in the background, so that the server is ready before.
 */
import type { Handler } from '../../machinery/index.ts'
import type { Store } from '../../storage/index.ts'
import type { Authenticator } from '../authentication/authenticator.ts'
import { listen } from '../socket.ts'
import { LOGICAL_ENDPOINTS_PREFIX } from './logical-endpoint.ts'
import { createLoopback } from './loopback.ts'
import { closeEndpoint, type OpenEndpoint, reconcileEndpoint } from './reconcile-endpoint.ts'

export interface EndpointsOptions {
  readonly store: Store
  /** The server's own. */
  readonly handler: Handler
  readonly authenticateToken: Authenticator['authenticateToken']
  /** What the listeners are bound to. */
  readonly host: string
  /** By what clients reach them: a host name or address, without a port. */
  readonly externalHost: string
  /** DNS names and addresses for the serving certificates. */
  readonly names: readonly string[]
  readonly report: (error: unknown, fields: Readonly<Record<string, string>>) => void
  readonly now?: () => number
  readonly listen?: typeof listen
}

export interface Endpoints extends AsyncDisposable {
  /** Resolves when what was there at the start has been opened, or tried. */
  readonly opened: Promise<void>
}

/** Milliseconds. */
const TRY_AGAIN = 1000
const AT_A_TIME = 8

export async function startEndpoints(options: EndpointsOptions): Promise<Endpoints> {
  const { store, report, now = Date.now } = options
  const loopback = createLoopback(options.handler)
  const surroundings = { ...options, now, loopback, listen: options.listen ?? listen }
  const open = new Map<string, OpenEndpoint>()
  const working = new Map<string, Promise<void>>()
  const again = new Set<string>()
  const timers = new Set<NodeJS.Timeout>()
  let stopped = false

  /** One at a time of a name; what changes meanwhile is looked at afterwards. */
  function look(name: string): Promise<void> {
    if (stopped) return Promise.resolve()
    const running = working.get(name)
    if (running !== undefined) {
      again.add(name)
      return running
    }
    const work = reconcileEndpoint(name, open, surroundings)
      .catch((error: unknown) => {
        if (!stopped) report(error, { endpoint: name })
        return 'failed' as const
      })
      .then((result) => {
        working.delete(name)
        if (again.delete(name)) return look(name)
        if (result === 'failed') lookLater(name)
        return undefined
      })
    working.set(name, work)
    return work
  }

  function lookLater(name: string): void {
    if (stopped) return
    const timer = setTimeout(() => {
      timers.delete(timer)
      void look(name)
    }, TRY_AGAIN)
    timer.unref()
    timers.add(timer)
  }

  const watch = await store.watch({
    prefix: LOGICAL_ENDPOINTS_PREFIX,
    after: store.revision() * 256 + 255,
    deliver: ({ changes }) => {
      for (const { key } of changes) void look(nameOf(key))
    },
    failed: () => undefined,
  })

  async function openAll(): Promise<void> {
    const names: string[] = []
    for (let after: string | undefined; ; ) {
      const { rows, more } = await store.range({
        prefix: LOGICAL_ENDPOINTS_PREFIX,
        limit: 500,
        ...(after !== undefined && { after }),
      })
      names.push(...rows.map(({ key }) => nameOf(key)))
      after = rows.at(-1)?.key
      if (!more || after === undefined) break
    }
    const next = async (): Promise<void> => {
      for (let name = names.shift(); name !== undefined; name = names.shift()) await look(name)
    }
    await Promise.all(Array.from({ length: AT_A_TIME }, next))
  }

  const opened = openAll().catch((error: unknown) => {
    if (!stopped) report(error, { endpoint: '*' })
  })
  return {
    opened,
    [Symbol.asyncDispose]: async () => {
      stopped = true
      watch[Symbol.dispose]()
      for (const timer of timers) clearTimeout(timer)
      await opened
      await Promise.all(working.values())
      await Promise.all([...open.keys()].map((name) => closeEndpoint(name, open)))
    },
  }
}

/** Names are DNS labels: nothing in them is escaped. */
function nameOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}
