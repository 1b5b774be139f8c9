/** The shipped command, killed at every point of a provider's calls and on runners that share nothing. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clusterManifest, platformHarness } from '../../src/cli/platform-harness.ts'
import { begin, end, FIELDS, WORKS } from '../../src/cli/platform-works.ts'
import { runner } from './runner.ts'

describe('killed in the middle', { concurrency: 2 }, () => {
  for (const work of WORKS) {
    for (const [call, points] of work.faults) {
      for (const point of points) {
        test(`${work.name}: kill -9 at ${call}, ${point}`, async () => {
          using harness = await begin(work)
          harness.control({ faults: [{ call, point, effect: 'kill' }] })
          const killed = await runner(`${work.line} --local -f manifests`, harness.folder)
          assert.equal(killed.signal, 'SIGKILL', killed.out)
          await end(work, harness)
        })
      }
    }
  }
})

describe('runners that share nothing', { concurrency: 2 }, () => {
  test('do plan, apply, drift and destroy, one each', async () => {
    using harness = platformHarness()
    harness.write('manifests/emea.yaml', clusterManifest('ControlCenter', 'emea', FIELDS))
    const jobs = [
      ['plan --detailed-exitcode --out plan.json -f manifests', 2],
      ['apply plan.json', 0],
      ['drift --detailed-exitcode -f manifests', 0],
      ['destroy --auto-approve -f manifests', 0],
    ] as const
    for (const [line, code] of jobs) {
      const result = await runner(`${line} --local`, harness.folder)
      assert.equal(result.code, code, result.out)
    }
    assert.deepEqual(harness.clusters(), [])
  })

  test('apply at once, and there is one cluster', async () => {
    using harness = platformHarness()
    harness.write('manifests/emea.yaml', clusterManifest('ControlCenter', 'emea', FIELDS))
    harness.control({ latency: { create: 900 } })
    const apply = () => runner('apply --auto-approve --local -f manifests', harness.folder)
    const both = await Promise.all([apply(), apply()])
    assert.deepEqual([both.map(({ code }) => code), harness.clusters()], [[0, 0], ['emea.json']])
    assert.equal(harness.read('emea')?.state, 'ready')
  })
})
