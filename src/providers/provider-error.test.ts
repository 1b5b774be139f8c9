import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  callRefused,
  clusterConflict,
  clusterGone,
  fieldsRefused,
  isProviderError,
  operationFailed,
  type ProviderError,
  type ProviderErrorReason,
  providerUnreachable,
} from './provider-error.ts'

const errors: { error: ProviderError; reason: ProviderErrorReason; message: string }[] = [
  {
    error: providerUnreachable('kind', 'no socket'),
    reason: 'unreachable',
    message: 'kind does not answer: no socket',
  },
  {
    error: clusterConflict({ externalName: 'emea' }, 'it has no tags'),
    reason: 'conflict',
    message: 'cluster emea is left alone: it has no tags',
  },
  {
    error: fieldsRefused([
      { field: 'spec.version', message: 'too new' },
      { field: 'spec.topology.pools', message: 'no nodes' },
    ]),
    reason: 'refused',
    message: 'spec.version: too new; spec.topology.pools: no nodes',
  },
  { error: callRefused('it is stopped'), reason: 'refused', message: 'it is stopped' },
  { error: operationFailed('no disk left'), reason: 'failed', message: 'no disk left' },
  { error: clusterGone('kind://emea'), reason: 'gone', message: 'no cluster kind://emea exists' },
]
for (const { error, reason, message } of errors) {
  test(`${reason}: ${message}`, () => {
    assert.deepEqual([error.reason, error.message], [reason, message])
    assert.ok(isProviderError(error) && isProviderError(error, reason))
    assert.equal(isProviderError(error, reason === 'gone' ? 'failed' : 'gone'), false)
  })
}

test('other errors are none of a provider', () => {
  assert.equal(isProviderError(new Error('gone')), false)
  assert.equal(isProviderError(undefined), false)
})

test('a failure has the last 20 lines of output, and its cause', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`)
  const cause = new Error('exit 125')
  const error = operationFailed('no disk left', lines, cause)
  assert.deepEqual(error.logTail, lines.slice(10))
  assert.equal(error.cause, cause)
})
