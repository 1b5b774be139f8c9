import { type Case, cases, mergePatch, post, type Step } from '../case.ts'
import { SECRETS, secret } from './objects.ts'
import { KIND } from './things.ts'

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
const OTHER_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgS3jAMzs2EFRHt0WD
ArRmDj8NJ9t7YPeTJ2/mTsiu3NChRANCAASQ8dwyd0VNK7eHuY1yJMY5WT5MLsoI
eOzhwxQmB5TUqWLwZCgbpFCQMiOGdL0n8h0RHqOW3XHd4EjR11SU40HV
-----END PRIVATE KEY-----
`
const block = (type: string): string => `-----BEGIN ${type}-----\nYQ==\n-----END ${type}-----\n`
const pair = (certificate: string, key: string): Step[] => [
  post(
    SECRETS,
    secret('one', { type: 'kubernetes.io/tls', stringData: { 'tls.crt': certificate, 'tls.key': key } }),
    KIND,
  ),
]

export const tlsCases: readonly Case[] = [
  ...cases('create', 'pairs for TLS', {
    'a pair': pair(CERTIFICATE, KEY),
    'a key of another certificate': pair(CERTIFICATE, OTHER_KEY),
    switched: pair(KEY, CERTIFICATE),
    'two certificates': pair(CERTIFICATE, CERTIFICATE),
    'no key': pair(CERTIFICATE, 'a'),
    'no certificate': pair('a', KEY),
    'other blocks': pair(block('X') + block('Y'), KEY),
    'another block as the key': pair(CERTIFICATE, block('X')),
    'a certificate that is none': pair(block('CERTIFICATE'), KEY),
    'a key that is none': pair(CERTIFICATE, block('EC PRIVATE KEY')),
    'a pair that becomes none': [
      ...pair(CERTIFICATE, KEY),
      mergePatch(`${SECRETS}/one`, { stringData: { 'tls.key': 'a' } }, KIND),
    ],
  }),
]
