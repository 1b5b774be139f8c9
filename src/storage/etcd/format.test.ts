import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeFormat, encodeFormat, NEWEST_FORMAT, OLDEST_FORMAT } from './format.ts'

test('every format that is known is read as it was written', () => {
  for (let format = OLDEST_FORMAT; format <= NEWEST_FORMAT; format++)
    assert.deepEqual(decodeFormat(encodeFormat({ format, first: 7 })), { format, first: 7 })
})

test('a format that is not known is refused, with what helps', () => {
  for (const [format, remedy] of [
    [NEWEST_FORMAT + 1, /use a newer version of Keelson/],
    [OLDEST_FORMAT - 1, /run keelson store upgrade of a version that knows both/],
  ] as const)
    assert.throws(() => decodeFormat(encodeFormat({ format, first: 1 })), {
      name: 'KeelsonError',
      message: new RegExp(`the store in etcd has format ${format}, this version of Keelson knows format`),
      remedy,
    })
})
