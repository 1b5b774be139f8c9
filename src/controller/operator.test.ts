import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Client, resourceRef } from '../client/index.ts'
import type { KubeObject } from '../machinery/index.ts'
import { eventually, startServer } from '../testing/index.ts'
import { apply, find, ownerReference, startController, watching } from './index.ts'

interface Team extends KubeObject {
  spec: { environments: string[] }
}

const TEAMS = resourceRef<Team>('example.com/v1', 'teams', { namespaced: false })
const NAMESPACES = resourceRef('v1', 'namespaces', { namespaced: false })
const DEFINITIONS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })

/** The operator of README.md: a namespace for each environment of a team, wherever the team is. */
const startTeams = (client: Client) =>
  startController({
    name: 'teams',
    client,
    sources: [watching(TEAMS)],
    async reconcile({ name }, { client }) {
      const team = await find(client, TEAMS, name)
      for (const environment of team?.spec.environments ?? []) {
        const metadata = { name: `${name}-${environment}`, ownerReferences: team ? [ownerReference(team)] : [] }
        await apply(client, NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata })
      }
    },
  })

async function defineTeams(client: Client): Promise<void> {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  await client.create(DEFINITIONS, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'teams.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { plural: 'teams', singular: 'team', kind: 'Team', listKind: 'TeamList' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  })
}

test('an operator keeps what an object asks for, and what it made goes with the object', async () => {
  await using server = await startServer()
  const client = await server.workspace('acme')
  await defineTeams(client)
  await using _controller = startTeams(client)
  const spec = { environments: ['test', 'production'] }
  await client.create(TEAMS, { apiVersion: 'example.com/v1', kind: 'Team', metadata: { name: 'web' }, spec })
  await eventually(async () => assert.ok(await find(client, NAMESPACES, 'web-production')))
  await client.patch(TEAMS, 'web', 'merge', { spec: { environments: ['test', 'production', 'staging'] } })
  await eventually(async () => assert.ok(await find(client, NAMESPACES, 'web-staging')))
  await client.delete(TEAMS, 'web')
  await eventually(async () => assert.equal(await find(client, NAMESPACES, 'web-test'), undefined))
})
