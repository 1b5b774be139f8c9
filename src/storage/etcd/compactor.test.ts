import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startCompactor } from './compactor.ts'
import { layoutOf } from './layout.ts'
import type { TxnAnswer, TxnMessage } from './messages.ts'

/** The row by which processes agree, as etcd would keep it. */
function fakeEtcd() {
  let revision = 100
  let row: { modRevision: number; value: Buffer } | undefined
  const compactions: number[] = []
  return {
    compactions,
    now: () => ++revision,
    client: {
      async repeatableTxn({ compare, success }: TxnMessage): Promise<TxnAnswer> {
        const succeeded = compare[0]?.revision === (row?.modRevision ?? 0)
        const kvs = row === undefined ? [] : [{ key: '', createRevision: 1, ...row }]
        const ranges = [{ revision, kvs, more: false, count: kvs.length }]
        const put = success.find((op) => 'put' in op)
        if (succeeded && put !== undefined) row = { modRevision: ++revision, value: put.put.value }
        return { revision, succeeded, ranges }
      },
      async compact(until: number) {
        compactions.push(until)
      },
    },
  }
}

test('of several processes one compacts, up to what was there an interval ago', async () => {
  const etcd = fakeEtcd()
  const told: number[] = []
  const start = (interval: number) =>
    startCompactor({
      ...{ client: etcd.client, layout: layoutOf('/x'), seen: etcd.now, interval },
      compacted: (revision) => told.push(revision),
      report: assert.ifError,
    })
  const first = start(20)
  await sleep(5)
  const second = start(20)
  while (etcd.compactions.length < 4) await sleep(5)
  first[Symbol.dispose]()
  const before = etcd.compactions.length
  while (etcd.compactions.length < before + 2) await sleep(5)
  second[Symbol.dispose]()
  assert.deepEqual(told, etcd.compactions)
  assert.deepEqual(
    etcd.compactions,
    [...new Set(etcd.compactions)].sort((one, other) => one - other),
  )
  assert.ok((etcd.compactions[0] ?? 0) >= 100)
})
