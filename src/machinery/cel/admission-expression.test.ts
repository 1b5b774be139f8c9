import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Activation,
  compileAdmissionExpression,
  type ExpressionScope,
  evaluateExpressions,
  variableType,
} from './admission-expression.ts'
import { JSON_PATCH, OBJECT } from './admission-types.ts'
import { dynamicValue, jsonOf } from './dynamic-value.ts'
import { type AuthorizationQuestion, authorizerValue, resourceCheckValue } from './library-authorizer.ts'
import { BOOL, listType, NULL, STRING, type Type } from './type.ts'

const SCOPE: ExpressionScope = { params: false, authorizer: true, patchTypes: false }

const FAULTS: readonly (readonly [
  text: string,
  returns: readonly Type[] | undefined,
  scope: Partial<ExpressionScope>,
  error: string,
])[] = [
  ['object.spec.replicas > 1', [BOOL], {}, ''],
  ['object.spec', [BOOL], {}, 'must evaluate to bool but got dyn'],
  ['1', [STRING, NULL], {}, 'must evaluate to one of [string null_type] but got int'],
  ['[1]', [BOOL], {}, 'must evaluate to bool but got list(int)'],
  [
    'params.a',
    undefined,
    {},
    "compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params.a\n | ^",
  ],
  ['params.a', undefined, { params: true }, ''],
  [
    'request.nothing',
    undefined,
    {},
    "compilation failed: ERROR: <input>:1:8: undefined field 'nothing'\n | request.nothing\n | .......^",
  ],
  ['authorizer.path("/x").check("get").allowed()', [BOOL], {}, ''],
  ['authorizer.requestResource.check("get").allowed()', [BOOL], {}, ''],
  ['Object{metadata: Object.metadata{labels: {"a": "b"}}}', [OBJECT], { patchTypes: true }, ''],
  [
    'Object{}',
    [OBJECT],
    {},
    "compilation failed: ERROR: <input>:1:7: undeclared reference to 'Object' (in container '')\n | Object{}\n | ......^",
  ],
  [
    '[JSONPatch{op: "add", path: "/" + jsonpatch.escapeKey("a/b"), value: 1}]',
    [listType(JSON_PATCH)],
    { patchTypes: true },
    '',
  ],
]

for (const [text, returns, scope, error] of FAULTS) {
  test(`${text} ${error === '' ? 'compiles' : 'does not compile'}`, () => {
    assert.equal(compileAdmissionExpression(text, { ...SCOPE, ...scope }, returns).error, error)
  })
}

function activation(
  allowed: (question: AuthorizationQuestion) => boolean,
  composed: Activation['composed'] = [],
): Activation & { asked: AuthorizationQuestion[] } {
  const answers: Activation['answers'] = new Map()
  const asked: AuthorizationQuestion[] = []
  const resource = { group: 'g', resource: 'r', subresource: '', namespace: 'n', name: 'x' }
  return {
    asked,
    answers,
    composed,
    variables: {
      object: dynamicValue({ a: 1, list: [1, 2, 3], text: 'x' }),
      authorizer: authorizerValue(answers),
      'authorizer.requestResource': resourceCheckValue(answers, resource),
    },
    ask: async (question) => {
      asked.push(question)
      return { allowed: allowed(question), reason: 'because', error: '' }
    },
  }
}

async function evaluate(text: string, given: Activation, budget = 10_000_000) {
  const { outcomes, remaining } = await evaluateExpressions(
    [compileAdmissionExpression(text, SCOPE, undefined)],
    given,
    budget,
  )
  const [outcome] = outcomes ?? []
  return {
    remaining,
    value: outcome === undefined ? undefined : 'value' in outcome ? jsonOf(outcome.value) : outcome.error,
  }
}

test('questions are asked once, and expressions begin anew with the answers', async () => {
  const given = activation(({ verb }) => verb === 'get')
  const text =
    'authorizer.group("apps").resource("deployments").subresource("scale").namespace("n").name("x").check("get").allowed() && !authorizer.requestResource.check("delete").allowed()'
  assert.equal((await evaluate(text, given)).value, true)
  assert.equal((await evaluate(text, given)).value, true)
  assert.deepEqual(
    given.asked.map(({ verb, resource }) => [verb, resource]),
    [
      ['get', 'deployments'],
      ['delete', 'r'],
    ],
  )
})

test('a third question is one too many', async () => {
  const check = (path: string) => `authorizer.path("${path}").check("get").allowed()`
  const { value } = await evaluate(
    `${check('/a')} && ${check('/b')} && ${check('/c')}`,
    activation(() => true),
  )
  assert.match(String(value), /resulted in error: operation cancelled: actual cost limit exceeded$/)
})

test('service accounts, decisions and wrong names', async () => {
  const given = activation(({ serviceAccount }) => serviceAccount?.name === 'robot')
  const of = (name: string) => `authorizer.serviceAccount("n", "${name}").path("/x").check("get")`
  assert.equal((await evaluate(`${of('robot')}.allowed()`, given)).value, true)
  assert.equal((await evaluate(`${of('other')}.reason()`, given)).value, 'because')
  assert.match(String((await evaluate(`${of('No!')}.allowed()`, given)).value), /Invalid service account name$/)
  assert.match(
    String((await evaluate('authorizer.group("").resource(" ").check("get").allowed()', given)).value),
    /resource must not be empty$/,
  )
})

test('variables are evaluated once, where they are asked for, and their cost counts', async () => {
  const first = compileAdmissionExpression('object.list.map(x, x * 2)', SCOPE, undefined)
  const broken = compileAdmissionExpression('object.absent', SCOPE, undefined)
  const variables = new Map([
    ['doubled', variableType(first)],
    ['broken', variableType(broken)],
  ])
  const given = activation(
    () => true,
    [
      { name: 'doubled', expression: first },
      { name: 'broken', expression: broken },
    ],
  )
  const scope = { ...SCOPE, variables }
  const texts = [
    'variables.doubled.size() == 3',
    'variables.doubled[2] == 6 && variables.doubled.size() == 3',
    'variables.broken == 1',
    'true || variables.broken',
  ]
  const expressions = texts.map((text) => compileAdmissionExpression(text, scope, [BOOL]))
  const { outcomes, remaining } = await evaluateExpressions(expressions, given, 10_000_000)
  assert.deepEqual(outcomes, [
    { value: true },
    { value: true },
    {
      error: `expression 'variables.broken == 1' resulted in error: composited variable "broken" fails to evaluate: no such key: absent`,
    },
    { value: true },
  ])
  assert.ok(10_000_000 - remaining > 10)
  const { outcomes: none } = await evaluateExpressions(expressions, given, 5)
  assert.equal(none, undefined)
})
