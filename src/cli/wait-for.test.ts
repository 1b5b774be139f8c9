import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { KeelsonError } from '../machinery/index.ts'
import { createClient, inProcessTransport, resourceRef, startServer } from '../testing/index.ts'
import { waitFor } from './wait-for.ts'

const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const options = { namespace: 'default', timeout: 1, signal: new AbortController().signal }

test('a time that is over before the first answer comes is told as such, and what is there is seen all the same', async () => {
  await using server = await startServer()
  const inner = inProcessTransport(server.handler, { username: 'admin', groups: ['system:masters'] })
  const client = createClient({
    cluster: '/clusters/root',
    transport: {
      ...inner,
      async send(request) {
        const answer = await inner.send(request)
        request.signal.throwIfAborted()
        return answer
      },
    },
  })
  const slowly = () => server.faults.interrupt(() => delay(20))
  slowly()
  const missing = waitFor(client, CONFIG_MAPS, 'settings', (object) => object !== undefined, options)
  await assert.rejects(missing, (error) => error instanceof KeelsonError && /^timed out waiting/.test(error.message))
  slowly()
  assert.equal(await waitFor(client, CONFIG_MAPS, 'settings', (object) => object === undefined, options), undefined)
})
