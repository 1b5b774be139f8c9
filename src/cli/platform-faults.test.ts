/** Whatever goes wrong wherever in a provider's call, the next run ends what was begun. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begin, end, WORKS } from './platform-works.ts'

for (const work of WORKS) {
  for (const [call, points] of work.faults) {
    for (const point of points) {
      for (const effect of ['error', 'unreachable', 'break'] as const) {
        test(`${work.name}: ${effect} at ${call}, ${point}`, async () => {
          using harness = await begin(work)
          harness.control({ faults: [{ call, point, effect }] })
          const { code, out } = await harness.run(work.line)
          assert.ok([0, 1, 3].includes(code), out)
          await end(work, harness)
        })
      }
    }
  }
}
