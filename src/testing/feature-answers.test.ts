/** What a feature answers is served by the same handlers as everything else: RBAC, schema, discovery. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resourceRef } from '../client/index.ts'
import type { Feature } from '../controller/index.ts'
import { isStatus, type KubeObject } from '../machinery/index.ts'
import { startServer } from './start-server.ts'

const GROUP = 'tests.keelson.dev'
const apiVersion = `${GROUP}/v1`
const QUESTIONS = resourceRef(apiVersion, 'questions', { namespaced: false })
const THINGS = resourceRef(apiVersion, 'things', { namespaced: false })

function kind(name: string, plural: string): KubeObject {
  const names = { plural, singular: name.toLowerCase(), kind: name, listKind: `${name}List` }
  const spec = { type: 'object', required: ['text'], properties: { text: { type: 'string' } } }
  const openAPIV3Schema = {
    type: 'object',
    properties: { spec, status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Cluster',
      names,
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
    status: { acceptedNames: names, storedVersions: ['v1'], conditions: [{ type: 'Established', status: 'True' }] },
  }
}

const feature: Feature = {
  apis: [kind('Question', 'questions'), kind('Thing', 'things')],
  controllers: [],
  answers: [
    {
      name: 'question-answerer',
      rules: [{ apiGroups: [GROUP], resources: ['things'], verbs: ['get'] }],
      resource: QUESTIONS,
      async answer(asked, { client, permits }) {
        const { spec } = await client.get(THINGS, 'one')
        const may = await permits('delete', { group: GROUP, resource: 'things', name: 'one' })
        return { ...asked, status: { text: (spec as { text: string }).text, may } }
      },
    },
    {
      name: 'ticket-maker',
      rules: [],
      resource: THINGS,
      subresource: { name: 'ticket', kind: { group: GROUP, version: 'v1', kind: 'Ticket' } },
      answer: async (asked, { name }) => ({ ...asked, status: { for: name } }),
    },
  ],
}
const ask = (spec: object) => ({ apiVersion, kind: 'Question', metadata: {}, spec })

test('a kind that is answered is asked under RBAC, held to its schema, and stored nowhere', async () => {
  await using server = await startServer({ features: [feature] })
  await server.client.create(THINGS, { apiVersion, kind: 'Thing', metadata: { name: 'one' }, spec: { text: 'here' } })
  const { status } = await server.client.create(QUESTIONS, ask({ text: 'where?' }))
  assert.deepEqual(status, { text: 'here', may: true })
  await assert.rejects(server.client.list(QUESTIONS), (error) => isStatus(error, 'MethodNotAllowed'))
  await assert.rejects(server.client.create(QUESTIONS, ask({})), (error) => isStatus(error, 'Invalid'))
  const stranger = server.as({ username: 'stranger', groups: ['system:authenticated'] })
  await assert.rejects(stranger.create(QUESTIONS, ask({ text: 'where?' })), (error) => isStatus(error, 'Forbidden'))
})

test('a create on a subresource is answered of an object that is there', async () => {
  await using server = await startServer({ features: [feature] })
  await server.client.create(THINGS, { apiVersion, kind: 'Thing', metadata: { name: 'one' }, spec: { text: 'here' } })
  const ticket: KubeObject = { apiVersion, kind: 'Ticket', metadata: {} }
  const options = { name: 'one', subresource: 'ticket' }
  assert.deepEqual((await server.client.create(THINGS, ticket, options)).status, { for: 'one' })
  await assert.rejects(server.client.create(THINGS, ticket, { ...options, name: 'two' }), (error) =>
    isStatus(error, 'NotFound'),
  )
  const { resources } = (await server.client.raw('GET', `/apis/${apiVersion}`)) as {
    resources: { name: string; kind: string; verbs: string[] }[]
  }
  const listed = resources.map(({ name, kind: of, verbs }) => `${name} ${of} ${verbs.length}`)
  assert.deepEqual(listed.sort(), ['questions Question 1', 'things Thing 8', 'things/ticket Ticket 1'])
})
