import assert from 'node:assert/strict'
import { createPublicKey, X509Certificate } from 'node:crypto'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { library } from './certificate-request.ts'
import { generateKey, selfSign, signClient, signServing } from './certificates.ts'
import { contentOf, element, elementsOf, generalName, identifier, integer, time } from './der.ts'

const DAY = 24 * 60 * 60 * 1000
const validity = { now: Date.UTC(2026, 10, 21), ttl: DAY }

describe('an element', () => {
  for (const [what, bytes, hex] of [
    ['a number whose first bit would be a sign', integer(Buffer.from([0x80])), '02020080'],
    ['a number that begins with nothing', integer(Buffer.from([0, 0, 5])), '020105'],
    ['nought', integer(Buffer.from([0])), '020100'],
    ['an identifier with large arcs', identifier('1.2.840.113549'), '06062a864886f70d'],
    ['an address of four bytes', generalName('127.0.0.1', true), '87047f000001'],
    ['an address with a gap', generalName('fe80::1:2', true), '8710fe800000000000000000000000010002'],
    ['an address with dots at its end', generalName('::ffff:1.2.3.4', true), '871000000000000000000000ffff01020304'],
    ['a time of this century’s first half', time(Date.UTC(2049, 11, 31, 23, 59, 59)), '170d3439313233313233353935395a'],
    ['a time after it', time(Date.UTC(2050, 0, 1)), '180f32303530303130313030303030305a'],
  ] as const) {
    test(`is ${what}`, () => assert.equal(bytes.toString('hex'), hex))
  }

  test('is read as it was written, however long', () => {
    const contents = fc.array(fc.uint8Array({ maxLength: 70_000 }), { maxLength: 4 })
    fc.assert(
      fc.property(contents, (parts) => {
        const read = elementsOf(Buffer.concat(parts.map((part) => element(0x04, part)))).map(contentOf)
        assert.deepEqual(
          read.map((each) => Buffer.from(each)),
          parts.map((part) => Buffer.from(part)),
        )
      }),
      { numRuns: 30 },
    )
  })
})

describe('a certificate', () => {
  test('says to other readers what was put into it', async () => {
    const [caKey, key] = [await generateKey(), await generateKey()]
    const issuer = { key: caKey, certificate: selfSign('an authority', caKey, validity) }
    const authority = new X509Certificate(issuer.certificate)
    assert.ok(authority.ca && authority.verify(authority.publicKey) && authority.checkIssued(authority))
    const names = ['localhost', 'a.example.com', '127.0.0.1', '::1']
    const serving = new X509Certificate(signServing(issuer, key, names, validity))
    assert.ok(serving.checkIssued(authority) && serving.verify(authority.publicKey) && serving.checkPrivateKey(key))
    assert.equal(
      serving.subjectAltName,
      'DNS:localhost, DNS:a.example.com, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    )
    assert.deepEqual(serving.keyUsage, ['1.3.6.1.5.5.7.3.1'])
    assert.equal(serving.validFromDate.getTime(), validity.now - DAY)
    assert.equal(serving.validToDate.getTime(), validity.now + DAY)
    const x509 = await library()
    const text = signClient(issuer, createPublicKey(key), 'Zoë', ['team a', 'b'], validity)
    const client = new x509.X509Certificate(text)
    assert.equal(client.subject, 'O=team a, O=b, CN=Zoë')
    assert.equal(client.issuer, 'CN=an authority')
    assert.ok(await client.verify({ publicKey: await new x509.X509Certificate(issuer.certificate).publicKey.export() }))
  })
})
