import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { isProviderError } from '../provider-error.ts'
import { type ClusterRecord, parseRecord } from './record.ts'
import { openWorld } from './world.ts'

async function emptyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keelson-world-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

function recordOf(text: string): ClusterRecord {
  const result = parseRecord(text)
  assert.ok(result.ok)
  return result.value
}

const READY = recordOf('{"state": "ready"}')

function unreachable(pattern: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(isProviderError(error, 'unreachable'), String(error))
    assert.match(error.message, pattern)
    return true
  }
}

describe('a file that is written by hand', () => {
  test('needs no more than a state', async (t) => {
    const folder = await emptyFolder(t)
    const world = openWorld(folder, Date.now)
    await writeFile(join(folder, 'clusters', 'emea.json'), '{"state": "stopped"}')
    const expected = { simulated: true, uid: 'by-hand', state: 'stopped', tags: {}, spec: {}, built: 0, message: '' }
    assert.deepEqual(world.read('emea'), { ...expected, logTail: [] })
    assert.deepEqual(
      world.readAll().map(([name]) => name),
      ['emea'],
    )
  })

  const faults: { name: string; text: string; says: RegExp }[] = [
    { name: 'no JSON', text: '{"state": ', says: /emea\.json: / },
    { name: 'no state', text: '{}', says: /emea\.json: state: / },
    { name: 'an unknown state', text: '{"state": "sleeping"}', says: /emea\.json: state: .*sleeping/ },
    { name: 'a field that is misspelt', text: '{"state": "ready", "tag": {}}', says: /emea\.json: unknown field tag/ },
    { name: 'a wrong type', text: '{"state": "ready", "spec": {"version": 1}}', says: /emea\.json: spec\.version: / },
    { name: 'the claim to be real', text: '{"state": "ready", "simulated": false}', says: /emea\.json: simulated: / },
  ]
  for (const { name, text, says } of faults) {
    test(`with ${name} makes the world unreachable, by file and field, not empty`, async (t) => {
      const folder = await emptyFolder(t)
      const world = openWorld(folder, Date.now)
      await writeFile(join(folder, 'clusters', 'emea.json'), text)
      assert.throws(() => world.read('emea'), unreachable(says))
      assert.throws(() => world.readAll(), unreachable(says))
      assert.throws(() => world.change('emea', () => undefined), unreachable(says))
    })
  }
})

describe('the folder', () => {
  test('is made when it is not there', async (t) => {
    const folder = join(await emptyFolder(t), 'a', 'b')
    assert.deepEqual(openWorld(folder, Date.now).readAll(), [])
  })

  test('that goes away is an unreachable world, not an empty one', async (t) => {
    const folder = await emptyFolder(t)
    const world = openWorld(folder, Date.now)
    await rm(folder, { recursive: true })
    assert.throws(() => world.readAll(), unreachable(/ENOENT/))
    assert.throws(() => world.read('emea'), unreachable(/ENOENT/))
    assert.throws(() => world.change('emea', () => READY), unreachable(/simulated does not answer/))
  })

  test('that is a file is an unreachable world', async (t) => {
    const file = join(await emptyFolder(t), 'file')
    await writeFile(file, '')
    assert.throws(() => openWorld(file, Date.now), unreachable(/simulated does not answer/))
  })
})

describe('a change', () => {
  test('puts a record in the place of another, and nothing beside it', async (t) => {
    const folder = await emptyFolder(t)
    const world = openWorld(folder, Date.now)
    world.change('emea', () => READY)
    world.change('emea', (record) => record && { ...record, state: 'stopped' })
    assert.equal(world.read('emea')?.state, 'stopped')
    assert.deepEqual(await readdir(join(folder, 'clusters')), ['emea.json'])
    assert.equal(recordOf(await readFile(world.fileOf('emea'), 'utf8')).state, 'stopped')
  })

  test('that throws leaves everything as it was, and nothing locked', async (t) => {
    const world = openWorld(await emptyFolder(t), Date.now)
    world.change('emea', () => READY)
    const refuse = () => {
      throw new Error('no')
    }
    assert.throws(() => world.change('emea', refuse), /no/)
    assert.deepEqual(
      world.change('emea', (record) => record),
      READY,
    )
  })

  test('to nothing removes the cluster', async (t) => {
    const world = openWorld(await emptyFolder(t), Date.now)
    world.change('emea', () => READY)
    world.change('emea', () => undefined)
    assert.equal(world.read('emea'), undefined)
  })

  test('leaves no room for what another process may have left half-written', async (t) => {
    const folder = await emptyFolder(t)
    const world = openWorld(folder, Date.now)
    await writeFile(join(folder, 'clusters', 'being-written'), '{"state": "rea')
    assert.deepEqual(world.readAll(), [])
    world.change('emea', () => READY)
    assert.deepEqual(world.readAll(), [['emea', READY]])
  })
})

test('changes of several processes come one after another, and none is lost', async (t) => {
  const folder = await emptyFolder(t)
  const world = openWorld(folder, Date.now)
  world.change('emea', () => READY)
  // Each change takes a while between its read and its write, so that without a lock they would cross.
  const program = `
    const { openWorld } = await import(${JSON.stringify(new URL('world.ts', import.meta.url).href)})
    const world = openWorld(${JSON.stringify(folder)}, Date.now)
    const pause = new Int32Array(new SharedArrayBuffer(4))
    for (let i = 0; i < 8; i++) {
      world.change('emea', (record) => {
        Atomics.wait(pause, 0, 0, 3)
        return { ...record, built: record.built + 1 }
      })
    }`
  const children = [1, 2, 3].map(() =>
    spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'inherit' }),
  )
  assert.deepEqual(
    (await Promise.all(children.map((child) => once(child, 'exit')))).map(([code]) => code),
    [0, 0, 0],
  )
  assert.equal(world.read('emea')?.built, 24)
})

test('a cluster that is deleting is gone from its moment on, though no process has seen to it', async (t) => {
  let now = Date.UTC(2030, 0, 1)
  const folder = await emptyFolder(t)
  const world = openWorld(folder, () => now)
  world.change('emea', () => ({ ...READY, state: 'deleting', goneAt: '2030-01-01T00:00:01.000Z' }))
  now += 999
  assert.equal(world.read('emea')?.state, 'deleting')
  now += 1
  assert.deepEqual(world.readAll(), [])
  assert.deepEqual(await readdir(join(folder, 'clusters')), [])
})
