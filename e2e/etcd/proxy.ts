import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** `silent`: connections stay open and nothing goes through them any more, as when a cable is pulled. */
export type Weather = 'fair' | 'slow' | 'silent' | 'cut'

export interface Proxy extends AsyncDisposable {
  readonly url: string
  set(weather: Weather): void
}

const SLOW_MS = 300

/** A TCP proxy on loopback before `target` (`http://127.0.0.1:port`), with faults. */
export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target)
  let weather: Weather = 'fair'
  const sockets = new Set<Socket>()

  function pass(from: Socket, to: Socket): void {
    from.on('data', async (chunk) => {
      from.pause()
      if (weather === 'slow') await sleep(SLOW_MS)
      if (weather !== 'silent') to.write(chunk)
      from.resume()
    })
    from.on('error', () => {})
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
    sockets.add(from)
  }

  const server = createServer((inner) => {
    if (weather === 'cut') {
      inner.destroy()
      return
    }
    const outer = connect(Number(port), hostname)
    pass(inner, outer)
    pass(outer, inner)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set(next) {
      weather = next
      if (next === 'cut') for (const socket of sockets) socket.destroy()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
