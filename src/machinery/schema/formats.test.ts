import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSupportedFormat, matchesFormat } from './formats.ts'

const samples: Readonly<Record<string, { readonly valid: readonly string[]; readonly invalid: readonly string[] }>> = {
  date: { valid: ['2024-02-29'], invalid: ['2023-02-29', '2024-2-9', '2024-02-29T00:00:00Z', ''] },
  'date-time': {
    valid: ['2020-01-02T10:11:12Z', '2020-01-02t10:11:12.5+01:00'],
    invalid: ['2020-01-02T24:00:00Z', '2020-01-02 10:11:12Z', '2020-02-30T10:11:12Z', '10:11:12Z'],
  },
  duration: {
    valid: ['1h30m', '-1.5s', '.5s', '0', '2 weeks', '3 days', '22 ns', '1 millisecond'],
    invalid: ['10', '5 parsecs', '', 'h', '99999999999999999999 s x'],
  },
  byte: { valid: ['aGVsbG8=', 'aGVs'], invalid: ['aGVsbG8', '', 'a-_='] },
  uuid: {
    valid: ['123e4567-e89b-12d3-a456-426614174000', '123E4567E89B12D3A456426614174000'],
    invalid: ['123e4567-e89b-12d3-a456-42661417400', 'x'],
  },
  uuid4: { valid: ['123e4567-e89b-42d3-a456-426614174000'], invalid: ['123e4567-e89b-12d3-a456-426614174000'] },
  ipv4: { valid: ['1.2.3.4', '001.002.003.004', '::ffff:1.2.3.4'], invalid: ['256.1.1.1', '::1', '1.2.3', ''] },
  ipv6: { valid: ['::1', 'fe80::1'], invalid: ['1.2.3.4', 'fe80::1%eth0', ':::'] },
  cidr: { valid: ['10.0.0.0/8', '10.0.0.0/08', '::/64'], invalid: ['10.0.0.0', '10.0.0.0/33', '::/129', '/8'] },
  mac: {
    valid: ['00:11:22:33:44:55', '00-11-22-33-44-55', '0011.2233.4455'],
    invalid: ['00:11-22:33:44:55', '00:11:22:33:44', '0011.2233'],
  },
  email: {
    valid: ['a@b', 'a.b@c.d', 'A B <a@b.c>', '"x y"@b.c', 'a@[1.2.3.4]'],
    invalid: ['@b', 'a@', 'a..b@c', 'a b@c', '<a@b', ''],
  },
  hostname: {
    valid: ['example.com', 'localhost', 'a.b.co'],
    invalid: ['a.b.c', 'xn--a', '-a.com', 'a_b.com', `${'x'.repeat(64)}.com`, 'a.1', ''],
  },
  uri: {
    valid: ['http://a/b?c#d', '/abs', 'mailto:x', 'http://[::1]:80/', 'http://u:p@h/'],
    invalid: ['rel', './rel', 'http://a b/', 'http://a:b/', 'http://a/%zz', 'http://[::1', ''],
  },
  creditcard: { valid: ['4012 8888 8888 1881'], invalid: ['4012888888881882', '1'] },
  isbn: { valid: ['0321751043', '978-0321751041'], invalid: ['0321751044', '978-0321751042'] },
  ssn: { valid: ['123-45-6789', '123 45-6789'], invalid: ['123456789'] },
  hexcolor: { valid: ['#fff', 'FFFFFF'], invalid: ['#ffff', 'ggg'] },
  rgbcolor: { valid: ['rgb(255, 0,12)'], invalid: ['rgb(256,0,0)', 'rgb(1,2)'] },
  bsonobjectid: { valid: ['507f1f77bcf86cd799439011'], invalid: ['507f1f77bcf86cd79943901'] },
  'k8s-short-name': { valid: ['my-name', '1'], invalid: ['My-name', 'a.b', 'a'.repeat(64)] },
  'k8s-long-name': { valid: ['a.b-c', 'a'.repeat(253)], invalid: ['a..b', 'a'.repeat(254)] },
  password: { valid: ['', 'anything'], invalid: [] },
}

for (const [format, { valid, invalid }] of Object.entries(samples)) {
  test(`${format} accepts what upstream accepts`, () => {
    assert.ok(isSupportedFormat(format))
    const accepted = [...valid, ...invalid].filter((text) => matchesFormat(format, text))
    assert.deepEqual(accepted, valid)
  })
}

test('dashes in names of formats do not matter', () => {
  assert.ok(isSupportedFormat('datetime'))
  assert.ok(!matchesFormat('datetime', 'x'))
})

for (const format of ['int32', 'int64', 'double', 'binary', 'nonsense', '']) {
  test(`${JSON.stringify(format)} says nothing about a value`, () => {
    assert.ok(!isSupportedFormat(format))
    assert.ok(matchesFormat(format, 'anything'))
  })
}

test('no text, however long, takes a format long', () => {
  const texts = [
    '9'.repeat(200_000),
    'a'.repeat(200_000),
    ' '.repeat(200_000),
    '<'.repeat(200_000),
    '1.'.repeat(100_000),
  ]
  const start = process.threadCpuUsage()
  for (const format of Object.keys(samples)) for (const text of texts) matchesFormat(format, text)
  const { user, system } = process.threadCpuUsage(start)
  // Of processor time: a pattern that backtracks takes hours.
  assert.ok((user + system) / 1e6 < 20, `${(user + system) / 1e6} s`)
})
