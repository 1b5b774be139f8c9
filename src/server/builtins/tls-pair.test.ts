import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { pairFault } from './tls-pair.ts'

/** Nobody's. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBbzCCARWgAwIBAgIUJXp6KLZIQSyavx79PNkI0rTL+RcwCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBYTAgFw0yNjExMjExNjU3MzlaGA8yMTI2MTAyODE2NTczOVow
DDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABF/q5TNchCFY
Pobt3TCD3dTvg/wgpQn9emD6vcsI6tLgvKHgiFWVm1EwYZNvI1TTmJmRHIdaE+I8
QLKweSE/0bWjUzBRMB0GA1UdDgQWBBRlGSPEC+PULv3EN3iMBxMaNBndXzAfBgNV
HSMEGDAWgBRlGSPEC+PULv3EN3iMBxMaNBndXzAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0gAMEUCIENSV/vSpsjtTQaUouLb1D0j9JdZXyK8qU1UD9tDMzxO
AiEAuakl9wtqhv7m4jxbpgsZnagdIx1WBcvGWVLgp7G+vaU=
-----END CERTIFICATE-----
`
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgV960+6e6POtktQfv
M1u3o5jbXOVPCLgg0b/V7bX2yfahRANCAARf6uUzXIQhWD6G7d0wg93U74P8IKUJ
/Xpg+r3LCOrS4Lyh4IhVlZtRMGGTbyNU05iZkRyHWhPiPECysHkhP9G1
-----END PRIVATE KEY-----
`
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const OTHER = pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
const OF_ANOTHER_TYPE = pem(generateKeyPairSync('ed25519').privateKey)
const block = (type: string): string => `-----BEGIN ${type}-----\nYQ==\n-----END ${type}-----\n`

const CASES: readonly (readonly [string, string, string, string | undefined])[] = [
  ['a pair', CERTIFICATE, KEY, undefined],
  ['a pair among other blocks', block('X') + CERTIFICATE, block('Y') + KEY, undefined],
  ['a key of another certificate', CERTIFICATE, OTHER, 'tls: private key does not match public key'],
  ['a key of another type', CERTIFICATE, OF_ANOTHER_TYPE, 'tls: private key type does not match public key type'],
  ['no certificate', 'a', KEY, 'tls: failed to find any PEM data in certificate input'],
  ['no key', CERTIFICATE, '', 'tls: failed to find any PEM data in key input'],
  [
    'a key in place of the certificate',
    KEY,
    CERTIFICATE,
    'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
  ],
  [
    'a certificate in place of the key',
    CERTIFICATE,
    CERTIFICATE,
    'tls: found a certificate rather than a key in the PEM for the private key',
  ],
  [
    'other blocks in place of the certificate',
    block('X') + block('Y'),
    KEY,
    'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [X Y]',
  ],
  [
    'another block in place of the key',
    CERTIFICATE,
    block('X'),
    'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [X]',
  ],
  ['a certificate that is none', block('CERTIFICATE'), KEY, 'x509: malformed certificate'],
  ['a key that is none', CERTIFICATE, block('EC PRIVATE KEY'), 'tls: failed to parse private key'],
]

for (const [title, certificate, key, fault] of CASES) {
  test(`${title}: ${fault ?? 'nothing is wrong'}`, () => assert.equal(pairFault(certificate, key), fault))
}
