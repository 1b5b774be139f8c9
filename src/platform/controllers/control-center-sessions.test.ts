import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '../../client/index.ts'
import { type ControllerDefinition, errorLog, virtualClock } from '../../controller/index.ts'
import { KeelsonError } from '../../machinery/index.ts'
import type { Connection } from './control-center-api-connection.ts'
import { controlCenterSessions } from './control-center-sessions.ts'

const LIFETIME = 1000

function begin() {
  const clock = virtualClock()
  const happened: string[] = []
  const controller: ControllerDefinition = {
    name: 'controller',
    rules: [],
    start({ client }) {
      const at = `${client.prefix}${client.inCluster('elsewhere').prefix}`
      happened.push(`begins ${at}`)
      return {
        async [Symbol.asyncDispose]() {
          happened.push(`ends ${at}`)
        },
      }
    },
  }
  const { signal } = new AbortController()
  const sessions = controlCenterSessions({
    controllers: [controller],
    clock,
    log: errorLog,
    signal,
    lifetime: LIFETIME,
  })
  const open = (name: string) => async (): Promise<Connection> => {
    happened.push(`opens ${name}`)
    const send = () => Promise.reject(new KeelsonError('no route', 'none'))
    return {
      client: createClient({ transport: { send, [Symbol.dispose]() {} }, cluster: `/${name}` }),
      [Symbol.dispose]: () => void happened.push(`closes ${name}`),
    }
  }
  return { sessions, clock, open, happened: () => happened.splice(0) }
}

test('controllers are begun once for an incarnation, and see one API', async () => {
  const { sessions, open, happened } = begin()
  await sessions.keep('emea', 'first', open('a'))
  await sessions.keep('emea', 'first', open('b'))
  assert.deepEqual(happened(), ['opens a', 'begins /a/a'])
  await sessions.keep('emea', 'second', open('c'))
  assert.deepEqual(happened(), ['opens c', 'ends /a/a', 'closes a', 'begins /c/c'])
})

test('before the credential ends there is another, and without one the present goes on', async () => {
  const { sessions, clock, open, happened } = begin()
  await sessions.keep('emea', 'first', open('a'))
  await clock.advance(LIFETIME)
  const refused = () => Promise.reject(new KeelsonError('refused', 'none'))
  await assert.rejects(sessions.keep('emea', 'first', refused), /refused/)
  assert.deepEqual(happened(), ['opens a', 'begins /a/a'])
  await sessions.keep('emea', 'first', open('b'))
  assert.deepEqual(happened(), ['opens b', 'ends /a/a', 'closes a', 'begins /b/b'])
})

test('all of them end with the controller, and one with its control center', async () => {
  const { sessions, open, happened } = begin()
  await sessions.keep('emea', 'first', open('a'))
  await sessions.keep('apac', 'first', open('b'))
  happened()
  await sessions.end('emea')
  await sessions.end('emea')
  assert.deepEqual(happened(), ['ends /a/a', 'closes a'])
  await sessions[Symbol.asyncDispose]()
  assert.deepEqual(happened(), ['ends /b/b', 'closes b'])
})
