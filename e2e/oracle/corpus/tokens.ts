/**
 * Tokens of service accounts: for whom they are, and what a review says of them. When kube-apiserver comes to know that an
 * account or Secret is gone depends on its caches: that is no case.
 */
import { type Case, cases, del, type Fields, get, mergePatch, post, type Step } from '../case.ts'
import { SECRETS, secret, serviceAccount } from './objects.ts'

const ACCOUNTS = '/api/v1/namespaces/<ns>/serviceaccounts'
const REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews'
/** Audiences and extra name the server itself. */
const SAID = [
  '/kind',
  '/message',
  '/status/authenticated',
  '/status/error',
  '/status/user/username',
  '/status/user/groups',
]

const account: Step = post(ACCOUNTS, serviceAccount('one'), { pick: ['/kind'] })
const token = (spec: Fields = {}, metadata: Fields = {}, as = 't'): Step =>
  post(
    `${ACCOUNTS}/one/token`,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata, spec },
    { as, pick: ['/kind', '/message', '/details', '/metadata', '/spec/expirationSeconds', '/spec/boundObjectRef'] },
  )
const review = (text = '<t.status.token>', spec: Fields = {}, pick = SAID): Step =>
  post(
    REVIEWS,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: text, ...spec } },
    { pick },
  )
const legacy = secret(
  'old',
  { type: 'kubernetes.io/service-account-token' },
  {
    annotations: { 'kubernetes.io/service-account.name': 'one' },
  },
)

export const tokenCases: readonly Case[] = [
  ...cases('create', 'tokens', {
    'of another name': [account, token({}, { name: 'two' })],
    'of the right name': [account, token({}, { name: 'one' })],
    'of another namespace': [account, token({}, { namespace: 'kube-system' })],
    'of another uid': [account, token({}, { uid: 'x' })],
    'with unknown fields': [account, token({ more: 1 })],
    'bound to a secret': [
      account,
      post(SECRETS, secret('anchor'), { as: 's', pick: ['/kind'] }),
      token({ boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 'anchor' } }),
      review(),
    ],
    'bound to a secret of another uid': [
      account,
      post(SECRETS, secret('anchor'), { pick: ['/kind'] }),
      token({ boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 'anchor', uid: 'x' } }),
    ],
    'bound to a pod that is not there': [
      account,
      token({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'none' } }),
    ],
    'in a dry run': [
      account,
      post(
        `${ACCOUNTS}/one/token?dryRun=All`,
        { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
        { pick: ['/kind', '/spec/expirationSeconds'] },
      ),
    ],
  }),
  ...cases('create', 'token reviews', {
    'of an account': [account, token(), review()],
    'for its audience': [
      account,
      token({ audiences: ['a', 'b'] }),
      review('<t.status.token>', { audiences: ['b', 'c'] }, [...SAID, '/status/audiences']),
    ],
    'for another audience': [
      account,
      token({ audiences: ['a'] }),
      review('<t.status.token>', { audiences: ['c'] }, [...SAID, '/status/audiences']),
    ],
    'of a changed token': [account, token(), review('<t.status.token>AAAA')],
    'of a token of nobody': [review('eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuY29tIn0.AAAA')],
    'of a secret with a token': [
      account,
      post(SECRETS, legacy, { pick: ['/kind'] }),
      get(`${SECRETS}/old`, { until: { field: 'data.token' }, pick: ['/type', '/data/namespace'] }),
    ],
    'a secret with a token goes with its account': [
      account,
      post(SECRETS, legacy, { pick: ['/kind'] }),
      get(`${SECRETS}/old`, { until: { field: 'data.token' }, pick: ['/type'] }),
      del(`${ACCOUNTS}/one`, undefined, { pick: ['/kind', '/metadata/name'] }),
      get(`${SECRETS}/old`, { until: 404 }),
    ],
    'a secret with a token that is filled again': [
      account,
      post(SECRETS, legacy, { pick: ['/kind'] }),
      get(`${SECRETS}/old`, { until: { field: 'data.token' }, pick: ['/type'] }),
      mergePatch(`${SECRETS}/old`, { data: { namespace: null } }, { pick: ['/kind'] }),
      get(`${SECRETS}/old`, { until: { field: 'data.namespace' }, pick: ['/type', '/data/namespace'] }),
    ],
  }),
  ...cases('get', 'token issuer', {
    'the keys': [get('/openid/v1/jwks', { pick: ['/keys/kty', '/keys/alg', '/keys/use', '/keys/crv'] })],
    'the issuer': [
      get('/.well-known/openid-configuration', {
        pick: ['/response_types_supported', '/subject_types_supported', '/id_token_signing_alg_values_supported'],
      }),
    ],
  }),
]
