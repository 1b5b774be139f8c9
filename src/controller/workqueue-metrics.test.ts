import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createQueue } from './queue.ts'
import { virtualClock } from './virtual-clock.ts'
import { workqueueMetrics } from './workqueue-metrics.ts'

function sampleOf(sample: string, name: string): number | undefined {
  const line = workqueueMetrics()
    .split('\n')
    .find((one) => one.startsWith(`workqueue_${sample}{name="${name}"`))
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1))
}

test('a queue with a name is counted and measured under it', async () => {
  const name = 'greeter'
  const finish: ((fails: boolean) => void)[] = []
  const process = (): Promise<undefined> =>
    new Promise((resolve, reject) => {
      finish.push((fails) => (fails ? reject(new Error('no')) : resolve(undefined)))
    })
  const clock = virtualClock(0)
  const queue = createQueue({ name, process, concurrency: 1, clock, failed: () => undefined })
  const of = (object: string) => ({ cluster: 'a', namespace: 'default', name: object })
  queue.add(of('x'))
  queue.add(of('x'))
  queue.add(of('y'))
  assert.deepEqual([sampleOf('adds_total', name), sampleOf('depth', name)], [2, 2])
  await turn()
  assert.deepEqual([sampleOf('depth', name), sampleOf('queue_duration_seconds_count', name)], [1, 1])
  assert.ok((sampleOf('unfinished_work_seconds', name) ?? 0) > 0)
  assert.ok((sampleOf('longest_running_processor_seconds', name) ?? 0) > 0)
  finish.shift()?.(true)
  await turn()
  await turn()
  assert.deepEqual([sampleOf('retries_total', name), sampleOf('work_duration_seconds_count', name)], [1, 1])
  finish.shift()?.(false)
  await queue.idle()
  await queue[Symbol.asyncDispose]()
  assert.equal(sampleOf('work_duration_seconds_count', name), 2)
  assert.equal(sampleOf('depth', name), undefined)
})
