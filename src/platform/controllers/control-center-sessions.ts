/**
 * Controllers of other rooms that work inside control centers: each control center whose API is there has them as clients of
 * it, for as long as it is. They are begun anew before their credential ends.
 */
import type { Client } from '../../client/index.ts'
import type { Clock, ControllerDefinition, Log } from '../../controller/index.ts'
import type { KubeObject } from '../../machinery/index.ts'
import type { Connection } from './control-center-api-connection.ts'

/** What a control center's API is given. */
export interface ControlCenterEquipment {
  /** CustomResourceDefinitions, the first of them Cluster's. */
  readonly crds: readonly KubeObject[]
  readonly controllers: readonly ControllerDefinition[]
}

export interface Sessions extends AsyncDisposable {
  /** `which` names the incarnation: another one gets controllers of its own. */
  readonly keep: (key: string, which: string, open: () => Promise<Connection>) => Promise<void>
  readonly end: (key: string) => Promise<void>
}

interface Session extends AsyncDisposable {
  readonly which: string
  readonly since: number
}

export interface SessionOptions {
  readonly controllers: readonly ControllerDefinition[]
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
  /** Milliseconds after which the credential is to be another. */
  readonly lifetime: number
}

export function controlCenterSessions({ controllers, clock, log, signal, lifetime }: SessionOptions): Sessions {
  const sessions = new Map<string, Session>()

  async function end(key: string): Promise<void> {
    const session = sessions.get(key)
    sessions.delete(key)
    await session?.[Symbol.asyncDispose]()
  }

  return {
    end,
    async keep(key, which, open) {
      const present = sessions.get(key)
      if (controllers.length === 0 || signal.aborted) return
      if (present?.which === which && clock.now() - present.since < lifetime) return
      const connection = await open()
      await end(key)
      const stop = new AbortController()
      const within = AbortSignal.any([signal, stop.signal])
      const client = oneAPI(connection.client)
      const running = controllers.map((each) => each.start({ client, clock, log, signal: within }))
      sessions.set(key, {
        which,
        since: clock.now(),
        async [Symbol.asyncDispose]() {
          stop.abort()
          await Promise.all(running.map((each) => each[Symbol.asyncDispose]()))
          connection[Symbol.dispose]()
        },
      })
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...sessions.keys()].map(end))
    },
  }
}

/** A control center is one API: which logical cluster its objects say they are in leads nowhere there. */
function oneAPI(client: Client): Client {
  const only: Client = Object.create(client, { inCluster: { value: () => only } })
  return only
}
