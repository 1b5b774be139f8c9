/** Docker answers for marks and for nodes apart; what others do between the two answers is no state of a cluster. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { externalNameOf } from '../identity.ts'
import type { ClusterIntent, ClusterProvider } from '../provider.ts'
import { connectDocker, type Docker } from './docker/docker.ts'
import { startFakeDocker } from './fake/fake-docker.ts'
import { kindProvider } from './kind-provider.ts'
import { fakeWorld } from './world-for-tests.ts'

const signal = new AbortController().signal
const identity = { org: 'acme', workspace: 'root:acme', kind: 'Platform', name: 'shop' }
const intent: ClusterIntent = {
  externalName: externalNameOf(identity),
  identity,
  ownerTag: 'org-a',
  manifestDigest: 'sha256:first',
  run: 'run-1',
  spec: {},
}

/** After the first answer to this request something else is done, and then the caller gets it. */
function interrupted(docker: Docker, path: string, between: () => Promise<unknown>): Docker {
  let isDone = false
  return {
    name: docker.name,
    async send(request) {
      const answer = await docker.send(request)
      if (isDone || request.path !== path || request.method !== 'GET') return answer
      isDone = true
      const body = await Array.fromAsync(answer.body)
      await between()
      return {
        status: answer.status,
        body: (async function* () {
          yield* body
        })(),
      }
    },
  }
}

const paths = ['/volumes', '/containers/json']

describe('between two answers of Docker', () => {
  for (const path of paths) {
    test(`another makes the cluster: whoever makes it as well gets it (${path})`, async () => {
      await using world = await begin(path, (other) => other.create(intent, { signal }))
      const { externalID } = await world.provider.create(intent, { signal })
      const found = await world.other.observe(intent.externalName, signal)
      assert.ok(found.found && found.externalID === externalID)
    })

    test(`another makes the cluster: it is never seen as nobody's (${path})`, async () => {
      await using world = await begin(path, (other) => other.create(intent, { signal }))
      const found = await world.provider.observe(intent.externalName, signal)
      assert.deepEqual(found.found && [found.state, found.ownerTag], ['ready', 'org-a'])
    })

    test(`another makes the cluster: its owner's list has it whole or not at all (${path})`, async () => {
      await using world = await begin(path, (other) => other.create(intent, { signal }))
      const listed = await world.provider.list('org-a', signal)
      assert.deepEqual(
        listed.map(({ state }) => state),
        ['ready'],
      )
    })

    test(`another deletes the cluster: it is not seen as failed (${path})`, async () => {
      await using world = await begin(path, async (other) => {
        const { externalID } = await other.create(intent, { signal })
        await other.delete(externalID, { ownerTag: 'org-a', signal })
      })
      assert.deepEqual(await world.provider.observe(intent.externalName, signal), { found: false })
    })
  }

  test('another deletes the cluster that is there: it is not seen as one whose nodes are gone', async () => {
    await using docker = await startFakeDocker()
    const other = kindProvider({ world: fakeWorld(docker.socket) })
    const { externalID } = await other.create(intent, { signal })
    const between = () => other.delete(externalID, { ownerTag: 'org-a', signal })
    const asked = interrupted(connectDocker(docker.socket), '/volumes', between)
    const provider = kindProvider({ world: fakeWorld(docker.socket, asked) })
    assert.deepEqual(await provider.observe(intent.externalName, signal), { found: false })
  })
})

async function begin(
  path: string,
  between: (other: ClusterProvider) => Promise<unknown>,
): Promise<{ provider: ClusterProvider; other: ClusterProvider } & AsyncDisposable> {
  const docker = await startFakeDocker()
  const other = kindProvider({ world: fakeWorld(docker.socket) })
  const asked = interrupted(connectDocker(docker.socket), path, () => between(other))
  return {
    provider: kindProvider({ world: fakeWorld(docker.socket, asked) }),
    other,
    [Symbol.asyncDispose]: () => docker[Symbol.asyncDispose](),
  }
}
