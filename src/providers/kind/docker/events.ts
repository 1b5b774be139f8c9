/**
 * What happens to nodes, told by Docker: one stream for all who follow, open only while somebody does. Where it breaks, every
 * follower is told once it is there again, for whatever was missed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Docker } from './docker.ts'

export interface NodeEvents {
  /** `changed` is called whenever a node of this cluster has come, started, ended or gone. */
  readonly follow: (cluster: string, changed: () => void) => Disposable
}

interface Told {
  readonly Actor?: { readonly Attributes?: Readonly<Record<string, string>> }
}

/** Milliseconds until it is tried again, a little later each time. */
const RETRIES = [250, 500, 1000, 2000, 5000, 10_000]
const ACTIONS = ['create', 'start', 'die', 'destroy', 'pause', 'unpause', 'oom']

const shared = new Map<string, NodeEvents>()

/** One for all of a process that are at the same Docker. */
export function sharedNodeEvents(docker: Docker, label: string): NodeEvents {
  const present = shared.get(docker.name) ?? nodeEvents(docker, label)
  shared.set(docker.name, present)
  return present
}

function nodeEvents(docker: Docker, label: string): NodeEvents {
  const followers = new Map<string, Set<() => void>>()
  let stop: AbortController | undefined

  const tell = (cluster: string | undefined): void => {
    const told = cluster === undefined ? [...followers.values()] : [followers.get(cluster) ?? []]
    for (const each of told) for (const changed of each) changed()
  }

  async function run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        const filters = JSON.stringify({ type: ['container'], label: [label], event: ACTIONS })
        const { status, body } = await docker.send({ method: 'GET', path: '/events', query: { filters }, signal })
        if (status !== 200) throw new Error(`${status}`)
        // What happened before there was a stream nobody has told.
        tell(undefined)
        let rest = ''
        for await (const chunk of body) {
          failures = 0
          const lines = `${rest}${chunk.toString()}`.split('\n')
          rest = lines.pop() ?? ''
          for (const line of lines.filter((each) => each.trim() !== '')) {
            tell((JSON.parse(line) as Told).Actor?.Attributes?.[label])
          }
        }
      } catch {
        if (signal.aborted) return
      }
      // Whoever looks now learns that nobody answers.
      if (failures === 0) tell(undefined)
      await sleep(RETRIES[Math.min(failures, RETRIES.length - 1)], undefined, { signal, ref: false }).catch(
        () => undefined,
      )
    }
  }

  return {
    follow(cluster, changed) {
      const present = followers.get(cluster) ?? new Set()
      followers.set(cluster, present.add(changed))
      if (stop === undefined) {
        stop = new AbortController()
        void run(stop.signal)
      }
      return {
        [Symbol.dispose]() {
          present.delete(changed)
          if (present.size === 0 && followers.get(cluster) === present) followers.delete(cluster)
          if (followers.size > 0) return
          stop?.abort()
          stop = undefined
        },
      }
    },
  }
}
