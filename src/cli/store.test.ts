import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { run } from './command-harness.ts'
import type { StoreLocation, StoreReport } from './environment.ts'

const whole: StoreReport = {
  format: 2,
  revision: 42,
  compacted: 7,
  rows: 1_234,
  encrypted: 5,
  keys: { 'aesgcm:new': 3, 'aesgcm:old': 2 },
  history: 2_000,
  bytes: 3 * 1024 * 1024,
  freeBytes: 1024 * 1024,
  problems: [],
}

test('backup says what it has taken, and of which directory', async () => {
  const asked: (StoreLocation | string)[] = []
  const backUp = async (from: StoreLocation, file: string) => {
    asked.push(from, file)
    return { revision: 42, rows: 1_234, bytes: 5_000 }
  }
  const { code, out } = await run('backup --data d --to b.keelson', { store: { backUp } })
  assert.deepEqual([code, out], [0, 'Backed up ./d at revision 42: 1,234 rows, 5 KiB in b.keelson\n'])
  assert.deepEqual(asked, [{ directory: path.resolve('d') }, 'b.keelson'])
  const forgotten = await run('backup')
  assert.deepEqual([forgotten.code, forgotten.err.split('\n')[0]], [1, 'error: must specify --to'])
})

test('restore says how to go on; of a subtree, what is back', async () => {
  const restore = async () => ({ revision: 1_000_000_042, rows: 10 })
  const restored = await run('restore --data d --from b', { store: { restore } })
  assert.equal(restored.out, 'Restored ./d: 10 rows, at revision 1000000042\nStart it with: keelson serve --data ./d\n')
  const paths: string[] = []
  const restoreWorkspace = async ({ path }: { path: string }) => {
    paths.push(path)
    return { workspaces: 2, rows: 30 }
  }
  const { out } = await run('restore --data d --from b --subtree :root:acme', { store: { restoreWorkspace } })
  assert.equal(out, 'Restored root:acme into ./d: 2 workspaces, 30 rows\n')
  assert.deepEqual(paths, ['root:acme'])
})

test('store check ends with 1 when something is wrong', async () => {
  const good = await run('store check', { store: { check: async () => whole } })
  assert.deepEqual(
    [good.code, good.out],
    [
      0,
      'format     2\nrevision   42\nhistory    from revision 7, 2,000 entries\nrows       1,234, 5 of them encrypted\nkey        aesgcm:new: 3 rows\nkey        aesgcm:old: 2 rows\n' +
        'size       3.0 MiB, 1.0 MiB of it free\nThe store is whole.\n',
    ],
  )
  const bad = await run('store check', {
    store: { check: async () => ({ ...whole, problems: ['the row /a has no value'] }) },
  })
  assert.equal(bad.code, 1)
  assert.match(bad.out, /\nproblem {4}the row \/a has no value\n$/)
})

test('store compact and rewrite say what they did', async () => {
  const compact = async () => ({ revision: 9, bytesBefore: 2 * 1024 * 1024, bytesAfter: 1024 * 1024 })
  assert.equal(
    (await run('store compact', { store: { compact } })).out,
    'Compacted at revision 9: 2.0 MiB became 1.0 MiB\n',
  )
  const rewrite = async () => 1_500
  assert.equal((await run('store rewrite', { store: { rewrite } })).out, 'Rewrote 1,500 rows\n')
})

const ETCD = 'etcd://a:2379,b:2379'
const etcd = { servers: ['http://a:2379', 'http://b:2379'], prefix: '/keelson' }

test('commands work on etcd, too, with the files of a server only where they are given', async () => {
  const asked: StoreLocation[] = []
  const backUp = async (from: StoreLocation) => {
    asked.push(from)
    return { revision: 42, rows: 1, bytes: 1 }
  }
  const { out } = await run(`backup --store ${ETCD} --to b`, { store: { backUp } })
  assert.equal(out, 'Backed up etcd://a:2379,b:2379/keelson at revision 42: 1 rows, 1 KiB in b\n')
  await run(`backup --store ${ETCD} --data d --etcd-prefix /p --shared-key-file k --to b`, { store: { backUp } })
  assert.deepEqual(asked, [
    { etcd },
    { etcd: { ...etcd, prefix: '/p' }, directory: path.resolve('d'), sharedKeyFile: 'k' },
  ])
  const compacted = await run(`store compact --store ${ETCD}`, { store: { compact: async () => ({ revision: 9 }) } })
  assert.match(compacted.out, /^Compacted at revision 9: etcd frees the space; etcdctl defrag/)
  const { history, bytes, freeBytes, ...told } = whole
  const check = await run(`store check --store ${ETCD}`, { store: { check: async () => told } })
  assert.match(check.out, /^format {5}2\nrevision {3}42\nhistory {4}from revision 7\nrows .*\nThe store is whole.\n$/s)
  const raised = await run(`store upgrade --store ${ETCD}`, {
    store: { upgrade: async () => ({ before: 1, after: 2 }) },
  })
  assert.equal(raised.out, 'Format 1 became 2\n')
  const refused = await run('store check --store memory')
  assert.match(refused.err, /must be embedded or etcd/)
})

test('a store is moved from a data directory to etcd, or back', async () => {
  const moves: [StoreLocation, StoreLocation][] = []
  const migrate = async (from: StoreLocation, to: StoreLocation) => {
    moves.push([from, to])
    return { revision: 1_000_000_042, rows: 10 }
  }
  const there = await run(`store migrate --data d --to ${ETCD} --shared-key-file k`, { store: { migrate } })
  assert.equal(
    there.out,
    'Moved ./d to etcd://a:2379,b:2379/keelson: 10 rows, at revision 1000000042\n' +
      'Start it with: keelson serve --store etcd://a:2379,b:2379 --shared-key-file k --data <an empty directory>\n',
  )
  await run(`store migrate --store ${ETCD} --shared-key-file k --to e`, { store: { migrate } })
  assert.deepEqual(moves, [
    [
      { directory: path.resolve('d'), sharedKeyFile: 'k' },
      { etcd, sharedKeyFile: 'k' },
    ],
    [{ etcd, sharedKeyFile: 'k' }, { directory: path.resolve('e') }],
  ])
  for (const line of [`--store ${ETCD} --to ${ETCD}`, '--data d --to e'])
    assert.match((await run(`store migrate ${line}`)).err, /from a data directory to etcd, or from etcd/)
  assert.match((await run('store migrate --to http://a')).err, /--to http:\/\/a is no place for a store/)
})
