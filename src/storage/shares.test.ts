import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createShareMeter, overlaps, shareOf } from './shares.ts'

for (const [key, share] of [
  ['/core/secrets/builtin/2fd9/default/db', '/core/secrets/builtin/2fd9/'],
  ['/tenancy.kcp.io/workspaces/builtin/root/-/team', '/tenancy.kcp.io/workspaces/builtin/root/'],
  ['!owner/2fd9/uid/key', '!owner/2fd9/'],
  ['!path/root:team', '!path/'],
  ['/short', '/'],
] as const) {
  test(`${key} belongs to the share ${share}`, () => assert.equal(shareOf(key), share))
}

test('prefixes overlap when one begins with the other', () => {
  assert.ok(overlaps('/core/secrets/', '/core/secrets/builtin/a/'))
  assert.ok(overlaps('/core/secrets/builtin/a/ns/', '/core/secrets/builtin/a/'))
  assert.ok(!overlaps('/core/secrets/builtin/b/', '/core/secrets/builtin/a/'))
})

test('a share outgrows its bound alone, however much the others write together', () => {
  const meter = createShareMeter(10_000)
  // A million small shares fill every cell; none of them is large.
  for (let n = 0; n < 1_000_000; n++) meter.wrote(`/a/b/c/${n}/-/x`, 400)
  assert.deepEqual(meter.outgrown(), [])
  for (let n = 0; n < 20; n++) meter.wrote('/a/b/c/large/-/x', 400)
  assert.deepEqual(meter.outgrown(), ['/a/b/c/large/'])
  assert.deepEqual(meter.outgrown(), [])
  meter.clear()
  for (let n = 0; n < 20; n++) meter.wrote('/a/b/c/large/-/x', 400)
  assert.deepEqual(meter.outgrown(), [])
})
