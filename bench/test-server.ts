/** How long a test, and whoever runs the command, waits for a server. */

import { startKeelson } from '../e2e/server.ts'
import { resourceRef, startServer } from '../src/testing/index.ts'
import { median } from './statistics.ts'

const ROUNDS = 20
const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })

export interface TestServerResult {
  /** From `startServer()` to the first answer, of 20, the first of which loads the code. Required: a median under 50. */
  readonly milliseconds: { readonly first: number; readonly median: number; readonly longest: number }
  /** The shipped command, as by Ctrl-C, of five. Required: under 2,000. */
  readonly longestStopMilliseconds: number
}

export async function benchTestServer(): Promise<TestServerResult> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    await using server = await startServer()
    await server.client.list(CONFIG_MAPS, { namespace: 'default' })
    times.push(performance.now() - start)
  }
  const stops: number[] = []
  for (let round = 0; round < 5; round++) {
    await using keelson = await startKeelson()
    const start = performance.now()
    await keelson.stop()
    stops.push(performance.now() - start)
  }
  return {
    milliseconds: { first: times[0] ?? 0, median: median(times), longest: Math.max(...times) },
    longestStopMilliseconds: Math.max(...stops),
  }
}
