import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAddressPolicy } from './address-policy.ts'

const REFUSED = [
  '127.0.0.1',
  '10.1.2.3',
  '172.31.255.255',
  '192.168.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '::1',
  '::',
  'fe80::1',
  'fe80::1%eth0',
  'fd00::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '0:0:0:0:0:ffff:10.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  'no address',
  '',
]
const ALLOWED = ['1.1.1.1', '172.32.0.1', '100.63.255.255', '2606:4700::1111', '::ffff:1.1.1.1']

for (const address of REFUSED) {
  test(`${JSON.stringify(address)} is no place for a webhook`, () => {
    assert.equal(createAddressPolicy([]).allows(address), false)
  })
}
for (const address of ALLOWED) {
  test(`${address} is`, () => assert.equal(createAddressPolicy([]).allows(address), true))
}

test('what is allowed by its range is allowed, and nothing beside it', () => {
  const { allows } = createAddressPolicy(['127.0.0.0/8', 'fd00::/16', 'nonsense'])
  assert.deepEqual(
    ['127.0.0.1', '::ffff:127.0.0.1', 'fd00::1', '::1', '10.0.0.1'].map((address) => allows(address)),
    [true, true, true, false, false],
  )
})
