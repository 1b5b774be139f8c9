/**
 * Docker's socket with faults: whoever is told of this socket, Keelson and kind alike, meets what Docker does on bad days.
 *
 *     await using faulty = await startFaultyDocker(docker.socket, join(folder, 'docker.sock'))
 *     faulty.arrange({ method: 'POST', path: /\/containers\/[^/]+\/start$/, effect: 'refuse after', times: 1 })
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Fault {
  /** Any, when it is absent. */
  readonly method?: string
  /** Of the path without version and query: `/containers/create`. */
  readonly path: RegExp
  /**
   * - `refuse`: 500, and nothing is done;
   * - `refuse after`: Docker does it and 500 is answered, as when a container was made and could not be started;
   * - `cut`, `cut after`: the connection ends without an answer, before or behind what was asked for;
   * - `hang`: nothing is done and nothing answered;
   * - `hold`: it is done when the faults are healed;
   * - `delay`: it is done so many milliseconds later.
   */
  readonly effect: 'refuse' | 'refuse after' | 'cut' | 'cut after' | 'hang' | 'hold' | { readonly delay: number }
  /** After so many that it lets pass. */
  readonly skip?: number
  /** How often; for ever when it is absent. */
  readonly times?: number
}

export interface FaultyDocker extends AsyncDisposable {
  readonly socket: string
  /** `GET /containers/json`, each in turn. */
  readonly requests: readonly string[]
  arrange(fault: Fault): void
  /** How often an arranged fault has come about. */
  faultsMet(): number
  heal(): void
}

const MESSAGE = 'driver failed programming external connectivity: arranged'

export async function startFaultyDocker(docker: string, socket: string): Promise<FaultyDocker> {
  let faults: { fault: Fault; skip: number; left: number }[] = []
  let healed = Promise.withResolvers<void>()
  let met = 0
  const requests: string[] = []
  const open = new Set<Duplex>()

  function effectOn({ method = '', url = '' }: IncomingMessage): Fault['effect'] | undefined {
    const path = url.replace(/^\/v[\d.]+/, '').replace(/\?.*$/, '')
    requests.push(`${method} ${path}`)
    const found = faults.find(
      ({ fault, left }) => left > 0 && (fault.method ?? method) === method && fault.path.test(path),
    )
    if (found === undefined) return undefined
    if (found.skip > 0) {
      found.skip -= 1
      return undefined
    }
    found.left -= 1
    met += 1
    return found.fault.effect
  }

  /** Whether whoever asked is there still when it is to be done. */
  async function passes(effect: Fault['effect'] | undefined, asker: Duplex | ServerResponse): Promise<boolean> {
    const gone = new AbortController()
    asker.once('close', () => gone.abort())
    if (effect === 'hold') await Promise.race([healed.promise, once(gone.signal, 'abort')])
    if (typeof effect === 'object') await sleep(effect.delay, undefined, { signal: gone.signal }).catch(() => undefined)
    return !asker.destroyed
  }

  const server = createServer(async (incoming, answer) => {
    const effect = effectOn(incoming)
    if (effect === 'hang') return
    if (effect === 'cut') return incoming.socket.destroy()
    if (effect === 'refuse') return refuse(incoming, answer)
    const body = await buffer(incoming).catch(() => undefined)
    if (body === undefined || !(await passes(effect, answer))) return
    const { method, url, headers } = incoming
    // A connection that a program was run over is not to be used again.
    const outgoing = request({ socketPath: docker, agent: false, method, path: url, headers }, (response) => {
      if (effect === 'refuse after') return response.resume().on('end', () => refuse(incoming, answer))
      if (effect === 'cut after') return response.resume().on('end', () => incoming.socket.destroy())
      answer.writeHead(response.statusCode ?? 502, response.headers)
      answer.flushHeaders()
      return response.pipe(answer)
    })
    outgoing.on('error', () => incoming.socket.destroy())
    answer.on('close', () => outgoing.destroy())
    outgoing.end(body)
  })
  // What attaches to a container or a process in it leaves HTTP behind.
  server.on('upgrade', async (incoming: IncomingMessage, inner: Duplex, head: Buffer) => {
    open.add(inner)
    const effect = effectOn(incoming)
    if (effect === 'hang') return
    if (typeof effect === 'string' && effect !== 'hold') {
      inner.destroy()
      return
    }
    if (!(await passes(effect, inner))) return
    const outer: Socket = connect(docker)
    open.add(outer)
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => open.delete(one))
    const lines = incoming.rawHeaders.flatMap((name, place, all) =>
      place % 2 === 0 ? [`${name}: ${all[place + 1]}`] : [],
    )
    outer.write(`${[`${incoming.method} ${incoming.url} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`)
    // What was sent as a body, and what came behind it.
    for await (const piece of incoming) outer.write(piece)
    outer.write(head)
    inner.pipe(outer)
    outer.pipe(inner)
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return {
    socket,
    requests,
    arrange(fault) {
      faults.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? Number.POSITIVE_INFINITY })
    },
    faultsMet: () => met,
    heal() {
      faults = []
      met = 0
      healed.resolve()
      healed = Promise.withResolvers()
    },
    async [Symbol.asyncDispose]() {
      healed.resolve()
      for (const stream of open) stream.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function refuse(incoming: IncomingMessage, answer: ServerResponse): void {
  incoming.resume()
  answer.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ message: MESSAGE }))
}
