import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type ClusterProvider, type ObservedCluster, openSimulatedProvider } from '../../providers/index.ts'
import { toldClusters } from './told-clusters.ts'

const READY: ObservedCluster = {
  found: true,
  externalID: 'telling://emea/1',
  externalName: 'emea',
  state: 'ready',
  spec: {},
  message: '',
}

async function begin() {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'keelson-told-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const followers = new Set<() => void>()
  const silent: ClusterProvider = openSimulatedProvider({ folder })
  const telling: ClusterProvider = {
    ...silent,
    follow(_, changed) {
      followers.add(changed)
      return { [Symbol.dispose]: () => void followers.delete(changed) }
    },
  }
  const told = stack.use(toldClusters())
  let looks = 0
  const running = stack.move()
  return {
    told,
    followers,
    looks: () => looks,
    see(provider = telling, observed: ObservedCluster | undefined = READY) {
      return told.seen('shop', { provider, externalName: 'emea' }, async () => {
        looks++
        return observed
      })
    },
    telling,
    silent,
    tell() {
      for (const changed of followers) changed()
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

test('a ready cluster is looked at once, and again when its provider tells or its object changes', async () => {
  await using at = await begin()
  assert.deepEqual([await at.see(), await at.see(), at.looks()], [READY, READY, 1])
  at.tell()
  await at.see()
  await at.see()
  assert.equal(at.looks(), 2)
  at.told.changed('shop')
  await at.see()
  assert.equal(at.looks(), 3)
})

test('what nobody tells of, what is not ready and what is not there is looked at each time', async () => {
  await using at = await begin()
  for (const [provider, observed] of [
    [at.silent, READY],
    [at.telling, { ...READY, state: 'building' }],
  ] as const) {
    const before = at.looks()
    await at.see(provider, observed)
    await at.see(provider, observed)
    assert.equal(at.looks(), before + 2)
  }
  let looks = 0
  for (const _ of [1, 2])
    await at.told.seen('none', { provider: at.telling, externalName: 'none' }, async () => void looks++)
  assert.equal(looks, 2)
})

test('a look during which the provider tells is not kept: it may have missed that', async () => {
  await using at = await begin()
  const look = async () => {
    at.tell()
    return READY
  }
  await at.told.seen('shop', { provider: at.telling, externalName: 'emea' }, look)
  await at.see()
  assert.equal(at.looks(), 1)
})

test('an object that has gone is followed no more', async () => {
  await using at = await begin()
  await at.see()
  assert.equal(at.followers.size, 1)
  at.told.gone('shop')
  assert.equal(at.followers.size, 0)
  await at.see()
  assert.equal(at.looks(), 2)
})
