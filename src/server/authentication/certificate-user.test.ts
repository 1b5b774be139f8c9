import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { UserInfo } from '../../machinery/index.ts'
import { type CertificateSubject, userOfCertificate } from './certificate-user.ts'

describe("a client certificate's subject as a user", () => {
  const cases: { name: string; subject: CertificateSubject; expected: UserInfo | undefined }[] = [
    { name: 'common name alone', subject: { CN: 'alice' }, expected: { username: 'alice', groups: [] } },
    {
      name: 'an organization is a group',
      subject: { CN: 'alice', O: 'dev' },
      expected: { username: 'alice', groups: ['dev'] },
    },
    {
      name: 'several organizations, in order',
      subject: { CN: 'alice', O: ['dev', 'ops'], C: 'DE' },
      expected: { username: 'alice', groups: ['dev', 'ops'] },
    },
    {
      name: 'the marks of a lifecycle virtual workspace are dropped',
      subject: { CN: 'alice', O: ['system:kcp:initializer:root:x', 'dev'] },
      expected: { username: 'alice', groups: ['dev'] },
    },
    { name: 'no common name is nobody', subject: { O: 'dev' }, expected: undefined },
    { name: 'an empty common name is nobody', subject: { CN: '', O: 'dev' }, expected: undefined },
    {
      name: 'of several common names the last counts',
      subject: { CN: ['a', 'b'] },
      expected: { username: 'b', groups: [] },
    },
    {
      name: 'a UID',
      subject: { CN: 'alice', '1.3.6.1.4.1.57683.2': 'u1' },
      expected: { username: 'alice', uid: 'u1', groups: [] },
    },
    { name: 'two UIDs are nobody', subject: { CN: 'alice', '1.3.6.1.4.1.57683.2': ['u1', 'u2'] }, expected: undefined },
  ]
  for (const { name, subject, expected } of cases) {
    test(name, () => assert.deepEqual(userOfCertificate(subject), expected))
  }

  test('carries the certificate as the credential in use', () => {
    assert.deepEqual(userOfCertificate({ CN: 'alice' }, 'AB:CD')?.extra, {
      'authentication.kubernetes.io/credential-id': ['X509SHA256=abcd'],
    })
  })
})
