/**
 * The way between members of etcd, which can be cut without them: a proxy before the peer port of each. Who a connection comes
 * from is told by a header of its first request (etcd server/etcdserver/api/rafthttp: X-Server-From).
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface PeerProxy extends AsyncDisposable {
  /** What the member advertises to the others. */
  readonly url: string
}

export interface Peers {
  /** Before the peer port of a member (`http://127.0.0.1:port`). */
  startProxy(member: number, target: string): Promise<PeerProxy>
  /** Which member has which id: sixteenfold digits, as the header has them. */
  know(ids: readonly string[]): void
  /** Nothing passes between these groups, and those in none of them, any more; it arrives when they are together again, as with
   *  TCP. */
  part(...groups: readonly (readonly number[])[]): void
  heal(): void
}

const FROM = /^x-server-from: *([0-9a-f]+)\r$/im

export function createPeers(): Peers {
  let known: readonly string[] = []
  let apart: readonly (readonly number[])[] = []
  let waiting: (() => void)[] = []

  const groupOf = (member: number): number => apart.findIndex((group) => group.includes(member))

  function startProxy(member: number, target: string): Promise<PeerProxy> {
    const { hostname, port } = new URL(target)
    const sockets = new Set<Socket>()
    /** Without the header it asks for the version, or whether there is a connection. */
    const isHeld = (from: string | undefined): boolean => {
      const source = from === undefined ? -1 : known.indexOf(from)
      return source !== -1 && groupOf(source) !== groupOf(member)
    }

    function pass(here: Socket, there: Socket, from: (chunk?: Buffer | string) => string | undefined): void {
      const whenTogether = (go: () => void): void => {
        waiting.push(() => (isHeld(from()) ? whenTogether(go) : go()))
      }
      here.on('data', (chunk) => {
        if (!isHeld(from(chunk))) {
          if (!there.write(chunk)) {
            here.pause()
            there.once('drain', () => here.resume())
          }
          return
        }
        here.pause()
        here.unshift(chunk)
        whenTogether(() => here.resume())
      })
      here.on('error', () => {})
      here.on('close', () => {
        sockets.delete(here)
        if (isHeld(from())) whenTogether(() => there.destroy())
        else there.destroy()
      })
      sockets.add(here)
    }

    const server = createServer((inner) => {
      const outer = connect(Number(port), hostname)
      let source: string | undefined
      pass(inner, outer, (chunk) => {
        source ??= FROM.exec(chunk?.toString('latin1') ?? '')?.[1]
        return source
      })
      pass(outer, inner, () => source)
    })
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        resolve({
          url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          async [Symbol.asyncDispose]() {
            for (const socket of sockets) socket.destroy()
            await new Promise((closed) => server.close(closed))
          },
        })
      })
    })
  }

  function part(...groups: readonly (readonly number[])[]): void {
    apart = groups
    const held = waiting
    waiting = []
    for (const go of held) go()
  }

  return {
    startProxy,
    know: (ids) => {
      known = ids
    },
    part,
    heal: () => part(),
  }
}
