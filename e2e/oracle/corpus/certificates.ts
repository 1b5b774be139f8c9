/** CertificateSigningRequests: what they must hold, who may approve and sign them, and what becomes of them. */
import { type Case, cases, del, type Fields, get, type Json, mergePatch, post, put, type Step } from '../case.ts'
import { clusterRole, clusterRoleBinding, RBAC } from './objects.ts'

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client'
/** O=developers, CN=alice, with the name spiffe://x/y; EC P-256. */
export const ALICE =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQkNqQ0JzUUlCQURBbE1STXdFUVlEVlFRS0RBcGtaWFpsYkc5d1pYSnpNUTR3REFZRFZRUUREQVZoYkdsagpaVEJaTUJNR0J5cUdTTTQ5QWdFR0NDcUdTTTQ5QXdFSEEwSUFCRnpxa2wyYUFhcmZlRU9YZ0x1bEt3YWt2WENECkJ5aXhKalRQYnd3Q0ZReGxDajNqMGRWNEJtSFBLa1BXb0JCd0JGdUxiaXBoRTdjQjhIalY4QzdzdnZHZ0tqQW8KQmdrcWhraUc5dzBCQ1E0eEd6QVpNQmNHQTFVZEVRUVFNQTZHREhOd2FXWm1aVG92TDNndmVUQUtCZ2dxaGtqTwpQUVFEQWdOSUFEQkZBaUFYL1BGc09TRngyVFVKeU5lSkp6T2oxV2xObmhEaDhOMWsrYWNhK1VodVpnSWhBT3BtCm5pM3VtNE01Z0MxemRDWjl4RHVKUFlBQXRMVW4vZ3hheVNad1M5WUEKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg=='
/** O=system:masters, CN=root. */
const MASTER =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIaU1JR0tBZ0VBTUNneEZ6QVZCZ05WQkFvTURuTjVjM1JsYlRwdFlYTjBaWEp6TVEwd0N3WURWUVFEREFSeQpiMjkwTUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFWE9xU1hab0JxdDk0UTVlQXU2VXJCcVM5CmNJTUhLTEVtTk05dkRBSVZER1VLUGVQUjFYZ0dZYzhxUTlhZ0VIQUVXNHR1S21FVHR3SHdlTlh3THV5KzhhQUEKTUFvR0NDcUdTTTQ5QkFNQ0EwY0FNRVFDSUdYcTNFQklCQXJ0THR3WTFvUEhaN21SaHYvOU9aWU1nN0ptamVEdgpQVEdSQWlBcS92YTlucDhhRTJ6Tjl4VUp5OFFDdHhHaDZKeHYyS1VRaW5NY05MSE95Zz09Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo='
/** Who asks is another one on each server. */
const ASKED = [
  '/kind',
  '/metadata/name',
  '/spec/signerName',
  '/spec/usages',
  '/spec/expirationSeconds',
  '/status',
  '/message',
  '/details',
]
const DECIDED = ['/kind', '/status/conditions', '/message', '/details']

const request = (spec: Fields = {}): Fields => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name: '<id>' },
  spec: { request: ALICE, signerName: CLIENT_SIGNER, usages: ['client auth'], ...spec },
})
const asked = (spec: Fields = {}): Step => post(REQUESTS, request(spec), { pick: ASKED })
const condition = (type: string, more: Fields = {}): Json => ({
  type,
  status: 'True',
  reason: 'Said',
  message: 'so',
  ...more,
})
const decide = (conditions: Json, more: Parameters<typeof mergePatch>[2] = {}): Step =>
  mergePatch(
    `${REQUESTS}/<id>/approval`,
    { status: { conditions } },
    { pick: ['/kind', '/message', '/details'], ...more },
  )
const signed = (status: Fields, more: Parameters<typeof mergePatch>[2] = {}): Step =>
  mergePatch(`${REQUESTS}/<id>/status`, { status }, { pick: DECIDED, ...more })
const jane = { headers: { 'impersonate-user': 'jane-<id>' } }
const mayOnly = (rule: Fields): Step[] => [
  post(
    `${RBAC}/clusterroles`,
    clusterRole('<id>', {
      rules: [
        {
          apiGroups: ['certificates.k8s.io'],
          resources: [
            'certificatesigningrequests',
            'certificatesigningrequests/approval',
            'certificatesigningrequests/status',
          ],
          verbs: ['get', 'patch', 'update'],
        },
        rule,
      ],
    }),
    { pick: ['/kind'] },
  ),
  post(
    `${RBAC}/clusterrolebindings`,
    clusterRoleBinding('<id>', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: '<id>' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane-<id>' }],
    }),
    { pick: ['/kind'] },
  ),
]
const signers = (verb: string, name: string): Fields => ({
  apiGroups: ['certificates.k8s.io'],
  resources: ['signers'],
  resourceNames: [name],
  verbs: [verb],
})

export const certificateCases: readonly Case[] = [
  ...cases('create', 'certificates', {
    plain: [asked(), get(`${REQUESTS}/<id>`, { pick: ASKED })],
    'with a time': [asked({ expirationSeconds: 600 })],
    'with too short a time': [asked({ expirationSeconds: 599 })],
    'of an unknown usage': [asked({ usages: ['client auth', 'flying'] })],
    'without usages': [asked({ usages: [] })],
    'with a usage twice': [asked({ usages: ['client auth', 'client auth'] })],
    'without a signer': [asked({ signerName: '' })],
    'of a signer without a domain': [asked({ signerName: 'signer' })],
    'of a signer with a bad domain': [asked({ signerName: 'a_b.com/signer' })],
    'of the legacy signer': [asked({ signerName: 'kubernetes.io/legacy-unknown' })],
    'that would be a master': [asked({ request: MASTER })],
    'that would be a master of another signer': [asked({ request: MASTER, signerName: 'example.com/signer' })],
  }),
  ...cases('update', 'certificates', {
    'an approval is signed': [
      asked({ expirationSeconds: 3600 }),
      decide([condition('Approved')]),
      get(`${REQUESTS}/<id>`, { until: { field: 'status.certificate' }, pick: ['/status/conditions'] }),
    ],
    'an approval with a usage of servers fails': [
      asked({ usages: ['client auth', 'server auth'] }),
      decide([condition('Approved')]),
      get(`${REQUESTS}/<id>`, { until: { field: 'status.conditions.1.type' }, pick: DECIDED }),
    ],
    'an approval without the usage of clients fails': [
      asked({ usages: ['digital signature'] }),
      decide([condition('Approved')]),
      get(`${REQUESTS}/<id>`, { until: { field: 'status.conditions.1.type' }, pick: DECIDED }),
    ],
    'a denial': [asked(), decide([condition('Denied')]), get(`${REQUESTS}/<id>`, { pick: DECIDED })],
    'both at once': [asked(), decide([condition('Approved'), condition('Denied')])],
    'a denial after an approval': [
      asked({ signerName: 'example.com/signer' }),
      decide([condition('Approved')]),
      decide([condition('Denied')]),
    ],
    'an approval that is not true': [asked(), decide([condition('Approved', { status: 'False' })])],
    'an approval twice': [asked(), decide([condition('Approved'), condition('Approved')])],
    'of another signer': [
      asked({ signerName: 'example.com/signer' }),
      decide([condition('Approved')]),
      signed({ conditions: [condition('Approved'), condition('Failed')] }),
    ],
    'an approval by status': [
      asked({ signerName: 'example.com/signer' }),
      signed({ conditions: [condition('Approved')] }),
    ],
    'a certificate that is none': [
      asked({ signerName: 'example.com/signer' }),
      signed({ certificate: Buffer.from('nothing').toString('base64') }),
    ],
    'its spec stays': [
      asked({ signerName: 'example.com/signer' }),
      put(`${REQUESTS}/<id>`, request({ signerName: 'example.com/other', usages: ['server auth'] }), { pick: ASKED }),
    ],
    'an approval without the right': [
      asked(),
      ...mayOnly(signers('sign', CLIENT_SIGNER)),
      get(`${REQUESTS}/<id>`, { ...jane, until: 200, pick: ['/kind'] }),
      decide([condition('Approved')], jane),
    ],
    'an approval with the right to another signer': [
      asked(),
      ...mayOnly(signers('approve', 'kubernetes.io/other')),
      get(`${REQUESTS}/<id>`, { ...jane, until: 200, pick: ['/kind'] }),
      decide([condition('Approved')], jane),
    ],
    'an approval with the right to the domain': [
      asked({ signerName: 'example.com/signer' }),
      ...mayOnly(signers('approve', 'example.com/*')),
      get(`${REQUESTS}/<id>`, { ...jane, until: 200, pick: ['/kind'] }),
      decide([condition('Approved')], jane),
    ],
    'a failure without the right to sign': [
      asked({ signerName: 'example.com/signer' }),
      ...mayOnly(signers('approve', 'example.com/signer')),
      get(`${REQUESTS}/<id>`, { ...jane, until: 200, pick: ['/kind'] }),
      signed({ conditions: [condition('Failed')] }, jane),
    ],
    'a failure with the right to sign': [
      asked({ signerName: 'example.com/signer' }),
      ...mayOnly(signers('sign', 'example.com/signer')),
      get(`${REQUESTS}/<id>`, { ...jane, until: 200, pick: ['/kind'] }),
      signed({ conditions: [condition('Failed')] }, jane),
    ],
  }),
  ...cases('delete', 'certificates', { plain: [asked(), del(`${REQUESTS}/<id>`), get(`${REQUESTS}/<id>`)] }),
]
