/** Runs the controllers of feature rooms in the server's own process, each as itself. */
import { createClient, inProcessTransport } from '../client/index.ts'
import type { Handler } from '../machinery/index.ts'
import { type Clock, systemClock } from './clock.ts'
import { controllerUser, type Feature } from './feature.ts'
import { errorLog, type Log } from './log.ts'
import { paced } from './paced.ts'

export interface FeaturesOptions {
  readonly features: readonly Feature[]
  readonly handler: Handler
  readonly clock?: Clock
  readonly log?: Log
}

/** A namespace with some objects goes without a rest. */
const HOUSEKEEPING_BURST = 100

/** Disposing stops the controllers and waits for what runs. */
export function startFeatures({ features, handler, ...options }: FeaturesOptions): AsyncDisposable {
  const { clock = systemClock, log = errorLog } = options
  const stop = new AbortController()
  const waitedFor = paced(handler)
  const housekeeping = paced(handler, HOUSEKEEPING_BURST)
  const running = features.flatMap((feature) =>
    feature.controllers.map((definition) => {
      const own = feature.housekeeping === true ? housekeeping : waitedFor
      const transport = inProcessTransport(own, controllerUser(definition))
      const client = createClient({ transport, cluster: '/clusters/*', userAgent: `keelson/${definition.name}` })
      return definition.start({ client, clock, log, signal: stop.signal })
    }),
  )
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await Promise.all(running.map((controller) => controller[Symbol.asyncDispose]()))
    },
  }
}
