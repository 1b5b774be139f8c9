/** How long a test waits for its server: from `startServer()` of `keelson/testing` to the first answered request. */
import { resourceRef, startServer } from '../src/testing/index.ts'
import { median } from './statistics.ts'

const ROUNDS = 20
const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })

export interface TestServerResult {
  /** Of 20, the first of which loads the code. Required: a median under 50. */
  readonly milliseconds: { readonly first: number; readonly median: number; readonly longest: number }
}

export async function benchTestServer(): Promise<TestServerResult> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    await using server = await startServer()
    await server.client.list(CONFIG_MAPS, { namespace: 'default' })
    times.push(performance.now() - start)
  }
  return { milliseconds: { first: times[0] ?? 0, median: median(times), longest: Math.max(...times) } }
}
