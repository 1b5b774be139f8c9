import assert from 'node:assert/strict'
import { test } from 'node:test'
import { certificateSigningRequest as requests } from './certificate-signing-request.ts'
import { cellsOf, contextFor, faultsOf, objectOf, prepared, updated } from './try-write.ts'

const request = Buffer.from('-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----\n').toString(
  'base64',
)
const spec = { request, usages: ['client auth'], signerName: 'example.com/signer' }
const condition = (type: string, fields: Record<string, unknown> = {}) => ({ type, status: 'True', ...fields })

test('who asks is who is logged in, whatever the request says', () => {
  const object = prepared(requests, {
    spec: { ...spec, username: 'root', groups: ['system:masters'] },
    status: { certificate: 'x' },
  })
  assert.deepEqual(object.spec, { ...spec, username: 'alice', groups: ['developers'] })
  assert.deepEqual(object.status, {})
})

const CASES: readonly (readonly [string, Record<string, unknown>, string[]])[] = [
  ['complete', {}, []],
  [
    'without a request',
    { request: '' },
    ['spec.request: Invalid value: "": PEM block type must be CERTIFICATE REQUEST'],
  ],
  [
    'with the beginning of a request',
    { request: Buffer.from('-----BEGIN CERTIFICATE REQUEST-----\nYQ==\n').toString('base64') },
    [
      'spec.request: Invalid value: "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KWVE9PQo=": PEM block type must be CERTIFICATE REQUEST',
    ],
  ],
  ['without usages', { usages: [] }, ['spec.usages: Required value']],
  ['with one usage twice', { usages: ['any', 'any'] }, ['spec.usages[1]: Duplicate value: "any"']],
  ['without a signer', { signerName: '' }, ['spec.signerName: Required value']],
  [
    'for a signer without a domain',
    { signerName: 'signer' },
    [
      'spec.signerName: Invalid value: "signer": must be a fully qualified domain and path of the form \'example.com/signer-name\'',
    ],
  ],
  [
    'for the legacy signer',
    { signerName: 'kubernetes.io/legacy-unknown' },
    [
      'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
    ],
  ],
  [
    'for a minute',
    { expirationSeconds: 60 },
    ['spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 600 seconds (10 minutes)'],
  ],
]

for (const [what, fields, faults] of CASES) {
  test(`a request that is ${what} is ${faults.length === 0 ? 'valid' : 'refused'}`, () => {
    assert.deepEqual(faultsOf(requests, { spec: { ...spec, ...fields } }), faults)
  })
}

test('an update changes neither spec nor status', () => {
  const { object, faults } = updated(requests, { spec }, { spec: {}, status: { conditions: [condition('Approved')] } })
  assert.deepEqual(faults, [])
  assert.deepEqual(object.status, {})
  assert.equal((object.spec as typeof spec).signerName, spec.signerName)
})

test('the approval subresource decides, and says when', () => {
  const stored = prepared(requests, { spec })
  const submitted = objectOf(requests, { status: { conditions: [condition('Approved')], certificate: 'AAAA' } })
  const context = contextFor({ subresource: 'approval' })
  const approved = requests.subresources.approval?.update?.(submitted, stored, context)
  assert.ok(approved)
  const time = '2026-01-02T03:04:05Z'
  assert.deepEqual(approved.status, {
    conditions: [condition('Approved', { lastUpdateTime: time, lastTransitionTime: time })],
  })
  assert.deepEqual(requests.strategy.validateUpdate?.(approved, stored, context), [])
})

test('the status subresource decides nothing', () => {
  const { faults } = updated(requests, { spec }, { status: { conditions: [condition('Approved')] } }, 'status')
  assert.deepEqual(faults, ['status.conditions: Forbidden: updates may not add a condition of type "Approved"'])
})

test('a request is not both approved and denied', () => {
  const stored = prepared(requests, { spec })
  const object = { ...stored, status: { conditions: [condition('Approved'), condition('Denied')] } }
  const causes = requests.strategy.validateUpdate?.(object, stored, contextFor({ subresource: 'approval' }))
  assert.deepEqual(
    causes?.map(({ message }) => message),
    ['Invalid value: "Denied": Approved and Denied conditions are mutually exclusive'],
  )
})

test('kubectl shows how far a request is', () => {
  const conditions: readonly (readonly [string[], string, string])[] = [
    [[], '', 'Pending'],
    [['Approved'], '', 'Approved'],
    [['Approved'], 'AAAA', 'Approved,Issued'],
    [['Approved', 'Failed'], '', 'Approved,Failed'],
    [['Denied', 'Approved'], '', 'Denied'],
  ]
  for (const [types, certificate, text] of conditions) {
    const status = { conditions: types.map((type) => condition(type)), certificate }
    assert.equal(cellsOf(requests, { spec, status }).Condition, text)
  }
  assert.equal(cellsOf(requests, { spec: { ...spec, expirationSeconds: 3600 } }).RequestedDuration, '60m')
})
