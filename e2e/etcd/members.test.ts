/**
 * Three members of etcd, one of them killed with SIGKILL at random again and again, under clients of two stores: nothing that was
 * acknowledged is lost, and nothing is told twice. KEELSON_ETCD_MINUTES makes it longer.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '../../src/storage/index.ts'
import { startEtcd } from './cluster.ts'
import { load } from './load.ts'

const MINUTES = Number(process.env.KEELSON_ETCD_MINUTES ?? 0)
const KILLS_A_ROUND = 3
const DOWN_MS = 1_500
const UP_MS = 2_500

test('members are killed under load: what was acknowledged is there, and the history is linearizable', async (t) => {
  await using etcd = await startEtcd({ members: 3 })
  const open = () => openStore({ engine: 'etcd', servers: etcd.urls })
  await using first = await open()
  await using second = await open()
  const end = performance.now() + MINUTES * 60_000
  let kills = 0
  let round = 0
  do {
    const killing = (async () => {
      for (let n = 0; n < KILLS_A_ROUND; n++, kills++) {
        await sleep(UP_MS)
        const member = Math.floor(Math.random() * 3)
        await etcd.kill(member)
        await sleep(DOWN_MS)
        etcd.revive(member)
      }
      await sleep(UP_MS)
    })()
    const { acknowledged, unknown, longestMs } = await load([first, second], `/round/${round++}/`, killing)
    await killing
    t.diagnostic(`${acknowledged} acknowledged, ${unknown} unknown, ${Math.round(longestMs)} ms the longest`)
    assert.ok(acknowledged > 0, `${acknowledged} commits were acknowledged`)
    assert.equal(unknown, 0, 'what became of a commit is found out')
  } while (performance.now() < end)
  t.diagnostic(`${kills} kills`)
})
