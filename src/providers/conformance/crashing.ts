import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { specDifferences } from '../spec-fields.ts'
import type { ChildAnswer, ChildCall } from './child.ts'
import {
  asOwner,
  assertAbsent,
  found,
  intentFor,
  namesOf,
  type OpenWorld,
  OTHER_OWNER,
  OWNER,
  type ProviderWorld,
  signal,
} from './harness.ts'

/** Processes start in a third of the time when they need not compile what another one has. */
let compileCache = ''

interface Ended {
  killed: boolean
  output: string
}

async function inChild({ module }: ProviderWorld, call: ChildCall): Promise<Ended> {
  const script = join(import.meta.dirname, 'child.ts')
  const child = spawn(process.execPath, [script, module.url, module.argument, JSON.stringify(call)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  })
  const [output, [, killedBy]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return { killed: killedBy === 'SIGKILL', output }
}

async function answerOf(world: ProviderWorld, call: ChildCall): Promise<ChildAnswer> {
  const { output } = await inChild(world, call)
  return JSON.parse(output) as ChildAnswer
}

/** Makes the call at every point once in a process that is killed there. `check` sees what that has left. */
async function killAtEachPoint(
  open: OpenWorld,
  call: ChildCall['call'],
  prepare: (world: ProviderWorld) => Promise<ChildCall>,
  check: (world: ProviderWorld, point: string) => Promise<void>,
): Promise<void> {
  await using probe = await open()
  for (const point of probe.killPoints[call]) {
    await using world = await open()
    const request = await prepare(world)
    await world.killAt(call, point)
    const { killed, output } = await inChild(world, request)
    assert.ok(killed, `it is not killed at ${point}: ${output}`)
    await world.heal()
    await check(world, point)
  }
}

const SECOND = { manifestDigest: 'sha256:second', run: 'run-2' }

export function testCrashes(open: OpenWorld): void {
  before(async () => {
    compileCache = await mkdtemp(join(tmpdir(), 'keelson-compile-cache-'))
  })
  after(() => rm(compileCache, { recursive: true }))

  test('a create that is killed anywhere leaves what its owner can list; the next makes it one ready cluster', async () => {
    const left = new Set<string>()
    await killAtEachPoint(
      open,
      'create',
      async (world) => ({ call: 'create', intent: intentFor(world, 'emea') }),
      async (world) => {
        const intent = intentFor(world, 'emea')
        const provider = world.open()
        const observation = await provider.observe(intent.externalName, signal)
        assert.deepEqual(await provider.list(OWNER, signal), observation.found ? [observation] : [])
        left.add(observation.found ? observation.state : 'absent')
        const created = await provider.create(intent, { signal })
        assert.equal(created.state, 'ready')
        if (observation.found) assert.equal(created.externalID, observation.externalID)
        assert.deepEqual(await provider.list(OWNER, signal), [created])
      },
    )
    assert.ok(left.has('building') && left.has('ready'), `the points do not tell apart: ${[...left]}`)
  })

  test('an update that is killed anywhere leaves a cluster that differs still, or all of the change', async () => {
    await killAtEachPoint(
      open,
      'update',
      async (world) => {
        const { externalID } = await world.open().create(intentFor(world, 'emea'), { signal })
        return { call: 'update', externalID, intent: intentFor(world, 'emea', { spec: world.specs.second, ...SECOND }) }
      },
      async (world) => {
        const provider = world.open()
        const intent = intentFor(world, 'emea', { spec: world.specs.second, ...SECOND })
        const [cluster, ...rest] = await provider.list(OWNER, signal)
        assert.ok(cluster && rest.length === 0)
        const done = specDifferences(cluster.spec, world.specs.second).length === 0
        if (cluster.manifestDigest === SECOND.manifestDigest) assert.ok(done, 'the digest runs ahead of the change')
        const updated = await provider.update(cluster.externalID, intent, { signal })
        assert.deepEqual(specDifferences(updated.spec, world.specs.second), [])
        assert.deepEqual([updated.manifestDigest, updated.run], [SECOND.manifestDigest, SECOND.run])
      },
    )
  })

  test('a delete that is killed anywhere leaves what its owner can list, or nothing', async () => {
    await killAtEachPoint(
      open,
      'delete',
      async (world) => {
        const { externalID } = await world.open().create(intentFor(world, 'emea'), { signal })
        await world.slowDown('delete', 50)
        return { call: 'delete', externalID, ownerTag: OWNER }
      },
      async (world) => {
        const provider = world.open()
        const { externalName } = intentFor(world, 'emea')
        for (const cluster of await provider.list(OWNER, signal)) await provider.delete(cluster.externalID, asOwner)
        await assertAbsent(provider, externalName)
      },
    )
  })

  test('two processes that create at once make one cluster, and both get it', async () => {
    await using world = await open()
    await world.slowDown('create', 300)
    const intent = intentFor(world, 'emea')
    const answers = await Promise.all([1, 2].map(() => answerOf(world, { call: 'create', intent })))
    const { externalID } = await found(world.open(), intent.externalName)
    assert.deepEqual(answers, [
      { ok: true, externalID },
      { ok: true, externalID },
    ])
    assert.deepEqual(await namesOf(world.open()), [intent.externalName])
  })

  test('two processes that delete at once, one of them for another owner, delete what is theirs', async () => {
    await using world = await open()
    await world.slowDown('delete', 100)
    const { externalID, externalName } = await world.open().create(intentFor(world, 'emea'), { signal })
    const answers = await Promise.all(
      [OWNER, OTHER_OWNER].map((ownerTag) => answerOf(world, { call: 'delete', externalID, ownerTag })),
    )
    assert.deepEqual(answers[0], { ok: true })
    assert.ok(answers[1]?.ok || answers[1]?.reason === 'conflict')
    await assertAbsent(world.open(), externalName)
  })
}
