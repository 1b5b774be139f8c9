/** Validating policies, each for its own namespace: what they refuse and warn of, and how they are refused. */
import {
  type Case,
  cases,
  del,
  type Fields,
  get,
  type Json,
  jsonPatch,
  mergePatch,
  post,
  put,
  type Step,
} from '../case.ts'
import { CONFIG_MAPS, configMap } from '../corpus/objects.ts'

export const GROUP = '/apis/admissionregistration.k8s.io/v1'
const POLICIES = `${GROUP}/validatingadmissionpolicies`
const BINDINGS = `${GROUP}/validatingadmissionpolicybindings`
export const API_VERSION = 'admissionregistration.k8s.io/v1'

const HERE: Fields = { matchLabels: { 'kubernetes.io/metadata.name': '<ns>' } }
export const RULE: Fields = {
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['configmaps'],
}
/** True for all but what is sent until a policy is known to everybody. */
const KNOWN = { expression: '!has(object.data) || !("wait" in object.data)' }

export const policy = (spec: Fields, kind = 'ValidatingAdmissionPolicy'): Fields => ({
  apiVersion: API_VERSION,
  kind,
  metadata: { name: '<id>' },
  spec: { matchConstraints: { namespaceSelector: HERE, resourceRules: [RULE] }, ...spec },
})

const validating = (validations: Json, more: Fields = {}): Fields =>
  policy({ validations: [KNOWN, ...(validations as Json[])], ...more })

const binding = (spec: Fields = {}): Fields => ({
  apiVersion: API_VERSION,
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: '<id>' },
  spec: { policyName: '<id>', validationActions: ['Deny'], ...spec },
})

/** The policy and its binding, in force. */
const bound = (made: Fields, spec: Fields = {}): Step[] => [
  post(POLICIES, made),
  post(BINDINGS, binding(spec)),
  post(`${CONFIG_MAPS}?dryRun=All`, configMap('probe', { data: { wait: 'x' } }), { until: 422 }),
]

const create = (name: string, data?: Fields): Step =>
  post(CONFIG_MAPS, configMap(name, data === undefined ? {} : { data }))
const rule = (expression: string, more: Fields = {}): Fields => ({ expression, ...more })

const decisions = cases('create', 'policies', {
  'a rule that holds and one that does not': [
    ...bound(validating([rule('object.data.size() < 3')])),
    create('small', { a: '1' }),
    create('large', { a: '1', b: '1', c: '1' }),
    mergePatch(`${CONFIG_MAPS}/small`, { data: { b: '1', c: '1' } }),
    mergePatch(`${CONFIG_MAPS}/small`, { data: { b: '1' } }),
  ],
  'messages and reasons': [
    ...bound(
      validating([
        rule('object.metadata.name != "plain"', { message: 'a message of its own' }),
        rule('object.metadata.name != "forbidden"', { message: 'no', reason: 'Forbidden' }),
        rule('object.metadata.name != "large"', { reason: 'RequestEntityTooLarge' }),
        rule('object.metadata.name != "computed"', { messageExpression: '"it is " + string(object.metadata.name)' }),
        rule('object.metadata.name != "empty"', { messageExpression: '"  "', message: 'the other' }),
        rule('object.metadata.name != "broken"', { messageExpression: 'string(object.nothing)', message: 'the other' }),
        rule('object.metadata.name != "lines"', { messageExpression: '"a\\nb"', message: 'one line' }),
      ]),
    ),
    ...['plain', 'forbidden', 'large', 'computed', 'empty', 'broken', 'lines'].map((name) => create(name, { a: '1' })),
  ],
  'an expression that fails': [
    ...bound(validating([rule('object.data.absent == "x"')])),
    create('one', { a: '1' }),
    create('two'),
  ],
  'an expression that fails where failures are ignored': [
    ...bound(validating([rule('object.data.absent == "x"')], { failurePolicy: 'Ignore' })),
    create('one', { a: '1' }),
    create('two', { absent: 'y' }),
  ],
  warnings: [
    post(POLICIES, validating([rule('object.data.size() < 2', { message: 'too much' })])),
    post(BINDINGS, binding({ validationActions: ['Warn', 'Audit'] })),
    post(BINDINGS, {
      ...binding({ matchResources: { objectSelector: { matchLabels: { probe: 'yes' } } } }),
      metadata: { name: '<id>-probe' },
    }),
    post(`${CONFIG_MAPS}?dryRun=All`, configMap('probe', { data: { wait: 'x' } }, { labels: { probe: 'yes' } }), {
      until: 422,
    }),
    create('small', { a: '1' }),
    create('large', { a: '1', b: '1' }),
    create('waiting', { wait: '1', b: '1' }),
  ],
  'variables, composed of each other': [
    ...bound(
      validating(
        [
          rule('variables.count <= variables.limit', {
            messageExpression: '"has " + string(variables.count) + " of " + string(variables.limit)',
          }),
          rule('variables.broken == 1 || true'),
        ],
        {
          variables: [
            { name: 'keys', expression: 'has(object.data) ? object.data.map(key, key) : []' },
            { name: 'count', expression: 'variables.keys.size()' },
            { name: 'limit', expression: '2' },
            { name: 'broken', expression: 'int(object.metadata.name)' },
          ],
        },
      ),
    ),
    create('two', { a: '1', b: '1' }),
    create('three', { a: '1', b: '1', c: '1' }),
  ],
  'a variable that fails': [
    ...bound(
      validating([rule('variables.broken == 1')], {
        variables: [{ name: 'broken', expression: 'int(object.metadata.name)' }],
      }),
    ),
    create('word'),
    create('1'),
  ],
  'what the request is': [
    ...bound(
      validating([
        rule('false', {
          messageExpression:
            '[request.operation, request.name, request.namespace, request.kind.kind, request.resource.resource, request.requestKind.version, request.userInfo.username, string(request.dryRun), request.options.kind, string(has(request.subResource)), namespaceObject.metadata.name == request.namespace ? "here" : "there"].join(" ")',
        }),
      ]),
    ),
    create('seen'),
    post(`${CONFIG_MAPS}?dryRun=All&fieldManager=me`, configMap('seen')),
  ],
  'old and new on update': [
    ...bound(validating([rule('oldObject == null || oldObject.data.size() <= object.data.size()')])),
    create('one', { a: '1', b: '1' }),
    put(`${CONFIG_MAPS}/one`, configMap('one', { data: { a: '1' } })),
    put(`${CONFIG_MAPS}/one`, configMap('one', { data: { a: '1', c: '1' } })),
  ],
  deletes: [
    ...bound(
      policy({
        matchConstraints: {
          namespaceSelector: HERE,
          resourceRules: [{ ...RULE, operations: ['CREATE', 'DELETE'] }],
        },
        validations: [
          rule('object == null || !has(object.data) || !("wait" in object.data)'),
          rule('request.operation != "DELETE" || !("keep" in oldObject.data)', { message: 'it is to be kept' }),
        ],
      }),
    ),
    create('kept', { keep: 'x' }),
    create('gone', { a: '1' }),
    del(`${CONFIG_MAPS}/kept`),
    del(`${CONFIG_MAPS}/gone`),
  ],
  'conditions before rules': [
    ...bound(
      validating([rule('false', { message: 'never' })], {
        matchConditions: [
          { name: 'asked', expression: 'has(object.data) && ("wait" in object.data || "ask" in object.data)' },
        ],
      }),
    ),
    create('unasked', { a: '1' }),
    create('asked', { ask: '1' }),
  ],
  'a condition that fails': [
    ...bound(
      validating([rule('true')], {
        matchConditions: [
          { name: 'broken', expression: 'has(object.data) && ("wait" in object.data || object.data.absent == "x")' },
        ],
      }),
    ),
    create('one', { a: '1' }),
  ],
  'the authorizer': [
    ...bound(
      validating([
        rule('authorizer.group("").resource("secrets").namespace("default").check("get").allowed()'),
        rule('authorizer.path("/healthz").check("get").allowed()'),
        rule('authorizer.requestResource.check("create").allowed()'),
        rule(
          '!authorizer.serviceAccount("default", "nobody").group("").resource("secrets").name("a").check("delete").allowed()',
          { message: 'nobody may' },
        ),
        rule(
          'authorizer.serviceAccount("default", "nobody").group("apps").resource("deployments").subresource("scale").check("update").allowed()',
          { message: 'nobody may not' },
        ),
      ]),
    ),
    create('one'),
  ],
  'too many questions': [
    ...bound(
      validating([
        rule(
          '["a", "b", "c", "d"].all(name, authorizer.group("").resource("secrets").name(name).check("get").allowed())',
        ),
      ]),
    ),
    create('one'),
  ],
  'an expression that costs too much': [
    ...bound(validating([rule('object.data.all(a, object.data.all(b, object.data.all(c, a + b + c != "x")))')])),
    create('many', Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`k${index}`, 'v']))),
  ],
  'exclusions and names': [
    ...bound(
      policy({
        matchConstraints: {
          namespaceSelector: HERE,
          resourceRules: [RULE],
          excludeResourceRules: [{ ...RULE, resourceNames: ['spared'] }],
        },
        validations: [rule('false', { message: 'none' })],
      }),
    ),
    create('spared'),
    create('other'),
  ],
  'audit annotations that fail': [
    ...bound(validating([], { auditAnnotations: [{ key: 'a', valueExpression: 'string(object.data.absent)' }] })),
    create('one', { a: '1' }),
    create('two', { absent: '1' }),
  ],
})

const params = cases('create', 'policy parameters', {
  'a ConfigMap by name': [
    create('limits', { max: '2' }),
    ...bound(
      validating(
        [rule('object.data.size() <= int(params.data.max)', { messageExpression: '"at most " + params.data.max' })],
        {
          paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        },
      ),
      { paramRef: { name: 'limits', parameterNotFoundAction: 'Deny' } },
    ),
    create('two', { a: '1', b: '1' }),
    create('three', { a: '1', b: '1', c: '1' }),
  ],
  'one that is not there': [
    ...bound(validating([], { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [KNOWN] }), {
      paramRef: { name: 'limits', namespace: '<ns>', parameterNotFoundAction: 'Deny' },
    }),
    create('one'),
  ],
  'those that a selector finds': [
    post(CONFIG_MAPS, configMap('one', { data: { ban: 'a' } }, { labels: { bans: 'yes' } })),
    post(CONFIG_MAPS, configMap('two', { data: { ban: 'b' } }, { labels: { bans: 'yes' } })),
    ...bound(
      validating([rule('!(params.data.ban in object.data)', { messageExpression: '"there is a ban"' })], {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      }),
      { paramRef: { selector: { matchLabels: { bans: 'yes' } }, parameterNotFoundAction: 'Deny' } },
    ),
    create('good', { c: '1' }),
    create('bad', { b: '1' }),
  ],
  'of no kind that is known': [
    post(
      POLICIES,
      validating([], { paramKind: { apiVersion: 'example.com/v1', kind: 'Nothing' }, validations: [KNOWN] }),
    ),
    post(BINDINGS, binding({ paramRef: { name: 'a', parameterNotFoundAction: 'Deny' } })),
    post(`${CONFIG_MAPS}?dryRun=All`, configMap('one'), { until: 422 }),
  ],
})

const checked = cases('read', 'policies checked', {
  'what its kinds do not have': [
    post(
      POLICIES,
      policy({
        matchConstraints: {
          resourceRules: [
            { ...RULE, resources: ['configmaps', 'secrets'] },
            { ...RULE, apiGroups: ['coordination.k8s.io'], resources: ['leases'] },
          ],
        },
        variables: [{ name: 'labels', expression: 'object.metadata.labels' }],
        validations: [
          rule('object.nothing == 1'),
          rule('object.metadata.labels["a"] == "b" && variables.labels.size() > 0'),
          rule('object.spec.holderIdentity == 1', { messageExpression: '"x" + string(object.data.a)' }),
        ],
      }),
    ),
    get(`${POLICIES}/<id>`, { until: { field: 'status.observedGeneration' }, pick: ['/status'] }),
    jsonPatch(`${POLICIES}/<id>`, [{ op: 'replace', path: '/spec/validations', value: [rule('true')] }], {
      pick: ['/spec/validations'],
    }),
    get(`${POLICIES}/<id>`, { until: { field: 'status.observedGeneration', is: 2 }, pick: ['/status'] }),
  ],
  'nothing is wrong': [
    post(POLICIES, policy({ validations: [rule('object.data.size() > 0')] })),
    get(`${POLICIES}/<id>`, { until: { field: 'status.observedGeneration' }, pick: ['/status'] }),
  ],
})

const OK: Fields = { validations: [{ expression: 'true' }] }
const refusals = cases('create', 'policies refused', {
  ...Object.fromEntries(
    (
      [
        ['an expression that does not compile', { validations: [{ expression: 'object.' }] }],
        ['an unknown name', { validations: [{ expression: 'nothing == 1' }] }],
        ['a rule that is no truth', { validations: [{ expression: '1 + 1' }] }],
        ['a rule whose type is not known', { validations: [{ expression: 'object.spec' }] }],
        ['a message that is no text', { validations: [{ expression: 'true', messageExpression: '1' }] }],
        ['a message whose type is not known', { validations: [{ expression: 'true', messageExpression: 'object.a' }] }],
        [
          'a message of the authorizer',
          { validations: [{ expression: 'true', messageExpression: 'authorizer.path("/x").check("get").reason()' }] },
        ],
        ['parameters without a kind', { validations: [{ expression: 'params.a == 1' }] }],
        ['an annotation that is no text', { auditAnnotations: [{ key: 'a', valueExpression: '1' }] }],
        [
          'a variable that is not declared',
          { variables: [{ name: 'a', expression: '1' }], validations: [{ expression: 'variables.b == 1' }] },
        ],
        [
          'a variable before it is declared',
          {
            variables: [
              { name: 'a', expression: 'variables.b' },
              { name: 'b', expression: '1' },
            ],
            validations: [{ expression: 'true' }],
          },
        ],
        [
          'a variable of another type',
          { variables: [{ name: 'a', expression: '"x"' }], validations: [{ expression: 'variables.a == 1' }] },
        ],
        [
          'a variable that does not compile',
          { variables: [{ name: 'a', expression: '1 +' }], validations: [{ expression: 'true' }] },
        ],
        [
          'a condition with a variable',
          {
            ...OK,
            variables: [{ name: 'a', expression: 'true' }],
            matchConditions: [{ name: 'c', expression: 'variables.a' }],
          },
        ],
        ['a condition that is no truth', { ...OK, matchConditions: [{ name: 'c', expression: '"x"' }] }],
        [
          'wrong fields of what is known',
          { validations: [{ expression: 'request.nothing == 1 || namespaceObject.metadata.owner == 1' }] },
        ],
        ['the authorizer with a wrong call', { validations: [{ expression: 'authorizer.resource("a").allowed()' }] }],
      ] as const
    ).map(([title, spec]) => [title, [post(POLICIES, policy(spec as unknown as Fields))]]),
  ),
})

export const policyCases: readonly Case[] = [...decisions, ...params, ...checked, ...refusals]
