import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { run } from './command-harness.ts'
import type { StoreReport } from './environment.ts'

const whole: StoreReport = {
  format: 2,
  revision: 42,
  compacted: 7,
  rows: 1_234,
  encrypted: 5,
  history: 2_000,
  bytes: 3 * 1024 * 1024,
  freeBytes: 1024 * 1024,
  problems: [],
}

test('backup says what it has taken, and of which directory', async () => {
  const asked: string[] = []
  const backUp = async (directory: string, file: string) => {
    asked.push(directory, file)
    return { revision: 42, rows: 1_234, bytes: 5_000 }
  }
  const { code, out } = await run('backup --data d --to b.keelson', { store: { backUp } })
  assert.deepEqual([code, out], [0, 'Backed up ./d at revision 42: 1,234 rows, 5 KiB in b.keelson\n'])
  assert.deepEqual(asked, [path.resolve('d'), 'b.keelson'])
  const forgotten = await run('backup')
  assert.deepEqual(
    [forgotten.code, forgotten.err.split('\n')[0]],
    [1, "error: required option '--to <file>' not specified"],
  )
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
  const good = await run('store check', { store: { check: () => whole } })
  assert.deepEqual(
    [good.code, good.out],
    [
      0,
      'format     2\nrevision   42\nhistory    from revision 7, 2,000 entries\nrows       1,234, 5 of them encrypted\n' +
        'size       3.0 MiB, 1.0 MiB of it free\nThe store is whole.\n',
    ],
  )
  const bad = await run('store check', {
    store: { check: () => ({ ...whole, problems: ['the row /a has no value'] }) },
  })
  assert.equal(bad.code, 1)
  assert.match(bad.out, /\nproblem {4}the row \/a has no value\n$/)
})

test('store compact and rewrite say what they did', async () => {
  const compact = () => ({ revision: 9, bytesBefore: 2 * 1024 * 1024, bytesAfter: 1024 * 1024 })
  assert.equal(
    (await run('store compact', { store: { compact } })).out,
    'Compacted at revision 9: 2.0 MiB became 1.0 MiB\n',
  )
  const rewrite = async () => 1_500
  assert.equal((await run('store rewrite', { store: { rewrite } })).out, 'Rewrote 1,500 rows\n')
})
