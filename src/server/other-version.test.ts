import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openStore } from '../storage/index.ts'
import { resourceRef, startServer, type TestServer } from '../testing/index.ts'
import { tryRequest } from './try-request.ts'

const DEFINITIONS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const THINGS = '/clusters/root:versions/apis/example.com/v1/things'

describe('an object in a version that is not the URL’s', () => {
  let server: TestServer
  before(async () => {
    server = await startServer({ store: await openStore({ engine: 'memory' }), features: [] })
    const versions = ['v1', 'v2'].map((name) => {
      const properties = { [name]: { type: 'string' }, both: { type: 'string' } }
      return {
        name,
        served: true,
        storage: name === 'v1',
        schema: { openAPIV3Schema: { type: 'object', properties } },
      }
    })
    await (await server.workspace('versions')).create(DEFINITIONS, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.com' },
      spec: { group: 'example.com', scope: 'Cluster', names: { plural: 'things', kind: 'Thing' }, versions },
    })
  })
  after(() => server[Symbol.asyncDispose]())

  const warningsOf = async (method: string, apiVersion: string, kind = 'Thing'): Promise<string | undefined> => {
    const body = { apiVersion, kind, metadata: { name: 'one' }, v1: 'a', v2: 'b', both: 'c' }
    const answer = await tryRequest(server.handler, method, method === 'PUT' ? `${THINGS}/one` : THINGS, { body })
    assert.match(answer.failure.message ?? '', /does not match the expected API version/)
    return answer.headers.warning
  }

  test('is told of fields that its own version does not have', async () => {
    for (const method of ['POST', 'PUT'])
      assert.equal(await warningsOf(method, 'example.com/v2'), '299 - "unknown field \\"v1\\""', method)
  })

  test('is told of all of them where there is no such version', async () => {
    const expected = ['both', 'v1', 'v2'].map((name) => `299 - "unknown field \\"${name}\\""`).join(', ')
    assert.equal(await warningsOf('POST', 'example.com/v9'), expected)
  })

  test('is told nothing where group or kind are others', async () => {
    assert.equal(await warningsOf('POST', 'other.com/v1'), undefined)
    assert.equal(await warningsOf('POST', 'example.com/v2', 'Other'), undefined)
  })

  test('is refused for them where the client wants that', async () => {
    const body = { apiVersion: 'example.com/v2', kind: 'Thing', metadata: { name: 'one' }, v1: 'a' }
    const { failure } = await tryRequest(server.handler, 'POST', `${THINGS}?fieldValidation=Strict`, { body })
    const expected = 'Thing in version "v2" cannot be handled as a Thing: strict decoding error: unknown field "v1"'
    assert.equal(failure.message, expected)
  })
})
