import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type KubeObject, StatusError } from '../../machinery/index.ts'
import type { AccessQuestion, AccessReviewers } from './access-reviewers.ts'
import { authenticationReviews } from './authentication-review.ts'
import { authorizationReviews } from './authorization-review.ts'
import { contextFor, objectOf } from './try-write.ts'

const asked: { user: string; question: AccessQuestion }[] = []
const access: AccessReviewers = {
  authenticate: async (token) =>
    token === 'good'
      ? { authenticated: true, user: { username: 'bob', groups: ['g'] } }
      : { authenticated: false, error: 'invalid bearer token' },
  authorize: async (user, question) => {
    asked.push({ user: user.username, question })
    return { allowed: user.username === 'alice', reason: 'because' }
  },
  rulesOf: async () => ({ resourceRules: [], nonResourceRules: [], incomplete: false }),
}
const kinds = [...authenticationReviews(access), ...authorizationReviews(access)]

async function review(kind: string, fields: Record<string, unknown>): Promise<KubeObject | undefined> {
  const definition = kinds.find(({ names }) => names.kind === kind)
  assert.ok(definition)
  const { metadata, ...object } = objectOf(definition, fields)
  // A review has no name.
  const { name: _, ...unnamed } = metadata
  const given = 'metadata' in fields ? (fields.metadata as KubeObject['metadata']) : unnamed
  return definition.strategy.answer?.({ ...object, metadata: given } as KubeObject, contextFor())
}

async function refusal(kind: string, fields: Record<string, unknown>): Promise<string> {
  try {
    await review(kind, fields)
  } catch (error) {
    if (error instanceof StatusError) return error.message
    throw error
  }
  return 'answered'
}

const resourceAttributes = { verb: 'get', resource: 'pods' }

test('reviews are asked, never stored', () => {
  for (const { verbs } of kinds) assert.deepEqual(verbs, ['create'])
})

test('a token review tells whose token it is', async () => {
  assert.deepEqual((await review('TokenReview', { spec: { token: 'good' } }))?.status, {
    authenticated: true,
    user: { username: 'bob', groups: ['g'] },
  })
  assert.deepEqual((await review('TokenReview', { spec: { token: 'bad' } }))?.status, {
    error: 'invalid bearer token',
    user: {},
  })
  assert.equal(await refusal('TokenReview', {}), 'token is required for TokenReview in authentication')
})

test('a self subject review tells who is asking', async () => {
  assert.deepEqual((await review('SelfSubjectReview', {}))?.status, {
    userInfo: { username: 'alice', groups: ['developers'] },
  })
})

test('a self subject access review asks about the caller', async () => {
  const answer = await review('SelfSubjectAccessReview', { spec: { resourceAttributes } })
  assert.deepEqual(answer?.status, { allowed: true, reason: 'because' })
  const none = { namespace: '', group: '', version: '', subresource: '', name: '' }
  assert.deepEqual(asked.at(-1), { user: 'alice', question: { resource: { ...none, ...resourceAttributes } } })
})

test('a subject access review asks about somebody, for a path too', async () => {
  const nonResourceAttributes = { verb: 'get', path: '/metrics' }
  const answer = await review('SubjectAccessReview', { spec: { user: 'eve', nonResourceAttributes } })
  assert.deepEqual(answer?.status, { allowed: false, reason: 'because' })
  assert.deepEqual(asked.at(-1), { user: 'eve', question: { nonResource: nonResourceAttributes } })
})

const REFUSALS: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  [
    'SubjectAccessReview',
    { spec: { resourceAttributes } },
    /spec\.user: Invalid value: "": at least one of user or group must be specified/,
  ],
  [
    'SelfSubjectAccessReview',
    {},
    /spec\.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified/,
  ],
  [
    'SubjectAccessReview',
    { spec: { user: 'a', resourceAttributes, nonResourceAttributes: {} } },
    /spec\.nonResourceAttributes: .*cannot be specified in combination with resourceAttributes/,
  ],
  [
    'LocalSubjectAccessReview',
    { spec: { user: 'a', resourceAttributes: { ...resourceAttributes, namespace: 'other' } } },
    /spec\.resourceAttributes\.namespace: Invalid value: "other": must match metadata\.namespace/,
  ],
  [
    'LocalSubjectAccessReview',
    { spec: { user: 'a', nonResourceAttributes: {} } },
    /disallowed on this kind of request/,
  ],
  ['SelfSubjectRulesReview', {}, /^no namespace on request$/],
  [
    'SelfSubjectAccessReview',
    { metadata: { name: 'x' }, spec: { resourceAttributes } },
    /metadata: Invalid value: \{"name":"x"\}: must be empty$/,
  ],
  [
    'SelfSubjectAccessReview',
    { spec: { resourceAttributes: { ...resourceAttributes, fieldSelector: {} } } },
    /spec\.resourceAttributes\.fieldSelector\.requirements: Required value: when spec\.resourceAttributes\.fieldSelector is specified, requirements or rawSelector is required/,
  ],
  [
    'SelfSubjectAccessReview',
    {
      spec: {
        resourceAttributes: {
          ...resourceAttributes,
          fieldSelector: { rawSelector: 'a=b', requirements: [{ key: '', operator: 'In' }] },
        },
      },
    },
    /rawSelector: Invalid value: "a=b": may not specified at the same time as requirements, .*requirements\[0\]\.key: Required value: must be specified, .*requirements\[0\]\.values: Required value/,
  ],
  [
    'SubjectAccessReview',
    {
      spec: {
        user: 'a',
        resourceAttributes: {
          ...resourceAttributes,
          labelSelector: { requirements: [{ key: 'a b', operator: 'Exists', values: ['x'] }] },
        },
      },
    },
    /requirements\[0\]\.values: Forbidden: .*requirements\[0\]\.key: Invalid value: "a b": name part must consist/,
  ],
]

for (const [kind, fields, message] of REFUSALS) {
  test(`${kind} with ${JSON.stringify(fields)} is refused`, async () => {
    assert.match(await refusal(kind, fields), message)
  })
}

const SELECTORS: readonly (readonly [Record<string, unknown>, string | undefined])[] = [
  [{ fieldSelector: { rawSelector: 'a=b' }, labelSelector: { rawSelector: 'a in (b)' } }, undefined],
  [{ fieldSelector: { rawSelector: '====' } }, 'spec.resourceAttributes.fieldSelector ignored due to parse error'],
  [
    { fieldSelector: { rawSelector: '====' }, labelSelector: { rawSelector: '!!!' } },
    'spec.resourceAttributes.fieldSelector ignored due to parse error; spec.resourceAttributes.labelSelector ignored due to parse error',
  ],
  [
    { fieldSelector: { requirements: [{ key: 'b', operator: 'Weird' }] } },
    'spec.resourceAttributes.fieldSelector ignored due to parse error',
  ],
  [{ labelSelector: { requirements: [{ key: 'b', operator: 'NotIn', values: ['c', 'd'] }] } }, undefined],
]

for (const [selectors, error] of SELECTORS) {
  test(`a review by ${JSON.stringify(selectors)} is answered, and ${error === undefined ? 'is read' : 'says what is not'}`, async () => {
    const answer = await review('SelfSubjectAccessReview', {
      spec: { resourceAttributes: { ...resourceAttributes, ...selectors } },
    })
    const status = answer?.status as { allowed: boolean; evaluationError?: string }
    assert.equal(status.allowed, true)
    assert.equal(status.evaluationError, error)
  })
}
