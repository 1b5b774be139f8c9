import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closeField, extent, newWriter, writeBytesField, writeNumberField, written } from '../../machinery/index.ts'
import {
  decodeStatus,
  decodeTxn,
  decodeWatch,
  encodeCompaction,
  encodeRange,
  encodeTxn,
  encodeWatchCreate,
} from './messages.ts'

const hex = (bytes: Buffer) => bytes.toString('hex')

test('requests are the bytes of rpc.proto', () => {
  assert.equal(hex(encodeRange({ key: 'a' })), '0a0161')
  assert.equal(
    hex(encodeRange({ key: 'a', end: 'b', limit: 5, revision: 300, serializable: true, keysOnly: true })),
    '0a0161120162180520ac0238014001',
  )
  assert.equal(hex(encodeRange({ key: 'a', countOnly: true })), '0a01614801')
  assert.equal(hex(encodeCompaction(7)), '0807')
  assert.equal(hex(encodeWatchCreate('a', 'b', 7)), '0a0e0a0161120162180720013001' + '4001')
})

test('a transaction holds its comparisons and operations in their order', () => {
  const transaction = encodeTxn({
    compare: [
      { target: 'mod', key: 'a', equal: true, revision: 9 },
      { target: 'create', key: 'b', end: 'c', equal: false, revision: 0 },
    ],
    success: [{ put: { key: 'a', value: Buffer.from('1') } }, { remove: { key: 'b', end: 'c' } }],
    failure: [{ range: { key: 'a' } }, { txn: { compare: [], success: [], failure: [] } }],
  })
  const compares = [
    '0a09' + '0800' + '1002' + '1a0161' + '3009',
    '0a0d' + '0803' + '1001' + '1a0162' + '2800' + '82040163',
  ]
  const success = ['1208' + '1206' + '0a0161' + '120131', '1208' + '1a06' + '0a0162' + '120163']
  const failure = ['1a05' + '0a03' + '0a0161', '1a02' + '2200']
  assert.equal(hex(transaction), [...compares, ...success, ...failure].join(''))
})

test('answers are read, and what a newer etcd adds is passed over', () => {
  const writer = newWriter()
  const whole = extent(writer)
  writeNumberField(writer, 99, 1)
  const event = extent(writer)
  const kv = extent(writer)
  writeBytesField(writer, 5, Buffer.from('v'))
  writeNumberField(writer, 3, 70_000_000_000)
  writeNumberField(writer, 2, 4)
  writeBytesField(writer, 1, Buffer.from('k'))
  closeField(writer, 2, kv)
  writeNumberField(writer, 1, 1)
  closeField(writer, 11, event)
  writeNumberField(writer, 7, 1)
  const header = extent(writer)
  writeNumberField(writer, 3, 70_000_000_001)
  closeField(writer, 1, header)
  assert.ok(extent(writer) > whole)
  const row = { key: 'k', createRevision: 4, modRevision: 70_000_000_000, value: Buffer.from('v') }
  assert.deepEqual(decodeWatch(written(writer)), {
    ...{
      revision: 70_000_000_001,
      created: false,
      canceled: false,
      compactRevision: 0,
      cancelReason: '',
      fragment: true,
    },
    events: [{ kv: row, deleted: true, previous: undefined }],
  })
  assert.deepEqual(decodeTxn(Buffer.from('10011a020a00', 'hex')), {
    ...{ revision: 0, succeeded: true, ranges: [{ revision: 0, kvs: [], more: false, count: 0 }] },
  })
})

test('a member tells the size of its file, and what of it is used', () => {
  const writer = newWriter()
  writeNumberField(writer, 9, 300)
  writeNumberField(writer, 3, 1_000)
  assert.deepEqual(decodeStatus(written(writer)), { bytes: 1_000, freeBytes: 700 })
})
