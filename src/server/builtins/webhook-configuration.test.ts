import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultsOf, prepared } from './try-write.ts'
import { mutatingWebhookConfiguration, validatingWebhookConfiguration } from './webhook-configuration.ts'

const webhook = {
  name: 'check.example.com',
  clientConfig: { url: 'https://hooks.example.com/check' },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
}
const rule = { operations: ['CREATE'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'] }
const withRule = (fields: Record<string, unknown>) => ({ ...webhook, rules: [{ ...rule, ...fields }] })

test('a webhook gets the defaults of v1', () => {
  const { webhooks } = prepared(validatingWebhookConfiguration, {
    webhooks: [{ ...webhook, rules: [rule], clientConfig: { service: { name: 's', namespace: 'n' } } }],
  })
  assert.deepEqual(webhooks, [
    {
      ...webhook,
      clientConfig: { service: { name: 's', namespace: 'n', port: 443 } },
      rules: [{ ...rule, scope: '*' }],
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
    },
  ])
  const mutating = prepared(mutatingWebhookConfiguration, { webhooks: [webhook] })
  assert.equal((mutating.webhooks as { reinvocationPolicy: string }[])[0]?.reinvocationPolicy, 'Never')
})

const FORM = '; desired format: https://host[/path]'
const CASES: readonly (readonly [string, Record<string, unknown>, string[]])[] = [
  ['complete', webhook, []],
  ['unnamed', { ...webhook, name: '' }, ['webhooks[0].name: Required value']],
  [
    'named in two segments',
    { ...webhook, name: 'example.com' },
    [
      'webhooks[0].name: Invalid value: "example.com": should be a domain with at least three segments separated by dots',
    ],
  ],
  [
    'without side effects declared',
    { ...webhook, sideEffects: undefined },
    ['webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun'],
  ],
  [
    'with side effects',
    { ...webhook, sideEffects: 'Some' },
    ['webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"'],
  ],
  [
    'without versions',
    { ...webhook, admissionReviewVersions: [] },
    ['webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1'],
  ],
  [
    'of unknown versions alone',
    { ...webhook, admissionReviewVersions: ['v7'] },
    ['webhooks[0].admissionReviewVersions: Invalid value: ["v7"]: must include at least one of v1, v1beta1'],
  ],
  [
    'too patient',
    { ...webhook, timeoutSeconds: 31 },
    ['webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds'],
  ],
  [
    'without address',
    { ...webhook, clientConfig: {} },
    ['webhooks[0].clientConfig: Required value: exactly one of url or service is required'],
  ],
  [
    'over plain HTTP, with a query',
    { ...webhook, clientConfig: { url: 'http://u@h/p?q=1#f' } },
    [
      `webhooks[0].clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme${FORM}`,
      'webhooks[0].clientConfig.url: Invalid value: "u": user information is not permitted in the URL',
      'webhooks[0].clientConfig.url: Invalid value: "f": fragments are not permitted in the URL',
      'webhooks[0].clientConfig.url: Invalid value: "q=1": query parameters are not permitted in the URL',
    ],
  ],
  [
    'of a service at a wrong path',
    { ...webhook, clientConfig: { service: { name: 's', namespace: 'n', port: 0, path: 'a//b' } } },
    [
      'webhooks[0].clientConfig.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive',
      'webhooks[0].clientConfig.service.path: Invalid value: "a//b": must start with a \'/\'',
      'webhooks[0].clientConfig.service.path: Invalid value: "a//b": segment[0] may not be empty',
      'webhooks[0].clientConfig.service.path: Invalid value: "a//b": segment[1] may not be empty',
    ],
  ],
  [
    'for all operations and one more',
    withRule({ operations: ['*', 'CREATE'] }),
    [
      'webhooks[0].rules[0].operations: Invalid value: ["*","CREATE"]: if \'*\' is present, must not specify other operations',
    ],
  ],
  [
    'for an unknown operation',
    withRule({ operations: ['READ'] }),
    [
      'webhooks[0].rules[0].operations[0]: Unsupported value: "READ": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"',
    ],
  ],
  ['for no groups', withRule({ apiGroups: [] }), ['webhooks[0].rules[0].apiGroups: Required value']],
  [
    'for all subresources and one more',
    withRule({ resources: ['pods/*', 'pods/log'] }),
    [
      'webhooks[0].rules[0].resources[1]: Invalid value: "pods/log": if \'pods/*\' is present, must not specify pods/log',
    ],
  ],
  [
    'for all resources and one more',
    withRule({ resources: ['*', 'pods'] }),
    [
      'webhooks[0].rules[0].resources: Invalid value: ["*","pods"]: if \'*\' is present, must not specify other resources without subresources',
    ],
  ],
  [
    'for an unknown scope',
    withRule({ scope: 'Everywhere' }),
    ['webhooks[0].rules[0].scope: Unsupported value: "Everywhere": supported values: "*", "Cluster", "Namespaced"'],
  ],
  [
    'with an empty condition',
    {
      ...webhook,
      matchConditions: [
        { name: 'a', expression: ' ' },
        { name: 'a', expression: 'true' },
      ],
    },
    [
      'webhooks[0].matchConditions[0].expression: Required value',
      'webhooks[0].matchConditions[1].name: Duplicate value: "a"',
    ],
  ],
]

for (const [what, fields, faults] of CASES) {
  test(`a webhook that is ${what} is ${faults.length === 0 ? 'valid' : 'refused'}`, () => {
    assert.deepEqual(faultsOf(validatingWebhookConfiguration, { webhooks: [fields] }), faults)
    assert.deepEqual(faultsOf(mutatingWebhookConfiguration, { webhooks: [fields] }), faults)
  })
}

test('two webhooks of one name are refused', () => {
  assert.deepEqual(faultsOf(validatingWebhookConfiguration, { webhooks: [webhook, webhook] }), [
    'webhooks[1].name: Duplicate value: "check.example.com"',
  ])
})
