import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Audit, readAudit } from './check-audit.ts'

const cases: readonly { title: string; printed: string; audit: Audit }[] = [
  { title: 'nothing known', printed: '{"vulnerabilities":{}}', audit: { kind: 'clean' } },
  {
    title: 'one that counts and one that is low',
    printed: '{"vulnerabilities":{"a":{"severity":"high"},"b":{"severity":"low"}}}',
    audit: { kind: 'vulnerable', packages: ['a (high)'] },
  },
  {
    title: 'a registry without audits',
    printed: '{"message":"405 Method Not Allowed - POST https://mirror.example/advisories"}',
    audit: { kind: 'unanswered', reason: '405 Method Not Allowed - POST the registry' },
  },
  { title: 'no network', printed: '', audit: { kind: 'unanswered', reason: 'no output' } },
]

for (const { title, printed, audit } of cases) test(title, () => assert.deepEqual(readAudit(printed), audit))
