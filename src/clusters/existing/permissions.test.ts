import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isProviderError } from '../../providers/index.ts'
import { startServer } from '../../testing/index.ts'
import { checkPermissions } from './permissions.ts'

const signal = new AbortController().signal

test('an administrator of the cluster may do all that adopting takes', async () => {
  await using server = await startServer()
  await checkPermissions('production', server.client, signal)
})

test('what the credential may not do is said at once, all of it', async () => {
  await using server = await startServer()
  await server.workspace('team')
  const stranger = server.as({ username: 'stranger', groups: ['system:authenticated'] })
  await assert.rejects(checkPermissions('production', stranger, signal), (error) => {
    assert.ok(isProviderError(error, 'refused'), String(error))
    assert.match(
      error.message,
      /may not create configmaps in kube-system, .*serviceaccounts\/token in kube-system, .*\* \*/,
    )
    return true
  })
})
