import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resourceRef, startServer } from '../testing/index.ts'

const TOKEN_REVIEWS = resourceRef('authentication.k8s.io/v1', 'tokenreviews', { namespaced: false })
const API = 'https://kcp.default.svc'

test('a token is good for the audience of the API alone', async () => {
  await using server = await startServer({ listen: true, features: [] })
  const { users } = JSON.parse(server.kubeconfig()) as { users: { name: string; user: { token: string } }[] }
  const token = users.find(({ name }) => name === 'kcp-admin')?.user.token
  const review = async (spec: object) => {
    const object = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', metadata: {}, spec }
    const { status } = await server.client.create(TOKEN_REVIEWS, object)
    const { authenticated, audiences, error } = status as Record<string, unknown>
    return { authenticated, audiences, error }
  }
  const [no, yes] = [undefined, true]
  assert.deepEqual(await review({ token }), { authenticated: yes, audiences: [API], error: no })
  assert.deepEqual(await review({ token, audiences: ['x', API] }), { authenticated: yes, audiences: [API], error: no })
  assert.deepEqual(await review({ token, audiences: ['x'] }), { authenticated: no, audiences: no, error: no })
  assert.deepEqual(await review({ token: 'unknown' }), {
    authenticated: no,
    audiences: no,
    error: 'invalid bearer token',
  })
})
