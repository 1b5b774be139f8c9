import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, KubeObject } from '../object.ts'
import { defaultCustomResourceDefinition, validateCustomResourceDefinition } from './custom-resource-definition.ts'

const schema = {
  openAPIV3Schema: {
    type: 'object',
    properties: { spec: { type: 'object', properties: { size: { type: 'integer' }, tags: { type: 'object' } } } },
  },
}
const v1 = { name: 'v1', served: true, storage: true, schema }
const v2 = { name: 'v2', served: true, storage: false, schema: { openAPIV3Schema: { type: 'object' } } }

interface Change {
  readonly metadata?: object
  readonly spec?: object
  readonly status?: object
}

function definition({ metadata, spec, status }: Change): KubeObject {
  const crd: KubeObject = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com', ...metadata },
    spec: structuredClone({
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [v1],
      ...spec,
    }),
    status: { storedVersions: ['v1'], ...status },
  }
  defaultCustomResourceDefinition(crd)
  return crd
}

function texts(crd: KubeObject, old?: KubeObject): string[] {
  return validateCustomResourceDefinition(crd, old).map((cause) => `${cause.field}: ${cause.message}`)
}

const DNS1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
const APPROVAL = 'metadata.annotations[api-approved.kubernetes.io]'
const protectedGroup = (annotation?: string): Change => ({
  metadata: {
    name: 'widgets.apps.k8s.io',
    ...(annotation === undefined ? {} : { annotations: { 'api-approved.kubernetes.io': annotation } }),
  },
  spec: { group: 'apps.k8s.io' },
})
const webhook = (clientConfig: Json, conversionReviewVersions: Json = ['v1']): Change => ({
  spec: { conversion: { strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions } } },
})

const cases: [string, Change, string[]][] = [
  ['nothing unusual', {}, []],
  [
    'a name that is not plural and group',
    { metadata: { name: 'gadgets.example.com' } },
    ['metadata.name: Invalid value: "gadgets.example.com": must be spec.names.plural+"."+spec.group'],
  ],
  [
    'a group without a dot',
    { metadata: { name: 'widgets.example' }, spec: { group: 'example' } },
    ['spec.group: Invalid value: "example": should be a domain with at least one dot'],
  ],
  [
    'an unknown scope',
    { spec: { scope: 'Global' } },
    ['spec.scope: Unsupported value: "Global": supported values: "Cluster", "Namespaced"'],
  ],
  [
    'malformed names',
    { spec: { names: { plural: 'widgets', kind: 'Wid_get', listKind: 'WidgetList', shortNames: ['w', 'W'] } } },
    [
      `spec.names.singular: Invalid value: "wid_get": ${DNS1035}`,
      `spec.names.kind: Invalid value: "Wid_get": may have mixed case, but should otherwise match: ${DNS1035}`,
      `spec.names.shortNames[1]: Invalid value: "W": ${DNS1035}`,
    ],
  ],
  [
    'a list of the same kind',
    { spec: { names: { plural: 'widgets', kind: 'Widget', listKind: 'Widget' } } },
    ['spec.names.listKind: Invalid value: "Widget": kind and listKind may not be the same'],
  ],
  [
    'no list of versions',
    { spec: { versions: null } },
    [
      'spec.versions: Invalid value: null: must have exactly one version marked as storage version',
      'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions',
    ],
  ],
  [
    'no storage version',
    { spec: { versions: [{ ...v1, storage: false }] } },
    [
      'spec.versions: Invalid value: [{"Name":"v1","Served":true,"Storage":false,"Deprecated":false,"DeprecationWarning":null,"Schema":null,"Subresources":null,"AdditionalPrinterColumns":null,"SelectableFields":null}]: must have exactly one version marked as storage version',
    ],
  ],
  [
    'a version without a schema',
    { spec: { versions: [v1, { name: 'v2', served: true, storage: false }] } },
    ['spec.versions[1].schema.openAPIV3Schema: Required value'],
  ],
  [
    'a fault in its only schema',
    { spec: { versions: [{ ...v1, schema: { openAPIV3Schema: { type: 'object', properties: { a: {} } } } }] } },
    [
      'spec.validation.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields',
    ],
  ],
  [
    'a fault in one of several schemas',
    { spec: { versions: [v1, { ...v2, schema: { openAPIV3Schema: { type: 'object', properties: { a: {} } } } }] } },
    [
      'spec.versions[1].schema.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields',
    ],
  ],
  [
    'a nullable root',
    { spec: { versions: [{ ...v1, schema: { openAPIV3Schema: { type: 'object', nullable: true } } }] } },
    ['spec.validation.openAPIV3Schema.nullable: Forbidden: nullable cannot be true at the root'],
  ],
  [
    'a warning for a version that is not deprecated',
    { spec: { versions: [{ ...v1, deprecationWarning: 'x' }] } },
    ['spec.versions[0].deprecationWarning: Invalid value: "x": can only be set for deprecated versions'],
  ],
  [
    'columns of no known type',
    { spec: { versions: [{ ...v1, additionalPrinterColumns: [{ name: 'Size', type: 'int', jsonPath: 'spec' }] }] } },
    [
      'spec.additionalPrinterColumns[0].type: Invalid value: "int": must be one of boolean,date,integer,number,string',
      'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "spec": must be a simple json path starting with .',
    ],
  ],
  [
    'selectable fields that cannot be selected',
    {
      spec: {
        versions: [
          {
            ...v1,
            selectableFields: ['.spec.size', '.spec.tags', '.spec.none', '.spec.size'].map((jsonPath) => ({
              jsonPath,
            })),
          },
        ],
      },
    },
    [
      'spec.selectableFields[1].jsonPath: Invalid value: ".spec.tags": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
      'spec.selectableFields[2].jsonPath: Invalid value: ".spec.none": is an invalid path: does not refer to a valid field',
      'spec.selectableFields[3].jsonPath: Duplicate value: ".spec.size"',
    ],
  ],
  [
    'a scale that does not scale',
    { spec: { versions: [{ ...v1, subresources: { scale: { specReplicasPath: '.status.n' } } }] } },
    [
      'spec.subresources.scale.specReplicasPath: Invalid value: ".status.n": should be a json path under .spec',
      'spec.subresources.scale.statusReplicasPath: Required value',
    ],
  ],
  [
    'preserved unknown fields',
    { spec: { preserveUnknownFields: true } },
    [
      'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    ],
  ],
  [
    'a conversion that there is not',
    { spec: { conversion: { strategy: 'Magic' } } },
    ['spec.conversion.strategy: Unsupported value: "Magic": supported values: "None", "Webhook"'],
  ],
  [
    'a webhook without encryption or a version that is understood',
    webhook({ url: 'http://a' }, ['v2']),
    [
      'spec.conversion.webhookClientConfig.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
      'spec.conversion.conversionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1',
    ],
  ],
  ['a webhook in the cluster', webhook({ service: { namespace: 'n', name: 's', path: '/convert' } }), []],
  [
    'a stored version that is gone',
    { status: { storedVersions: ['v0', 'v1'] } },
    [
      'status.storedVersions[0]: Invalid value: "v0": missing from spec.versions; v0 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v0 and removes v0 from status.storedVersions',
    ],
  ],
  [
    'a group of Kubernetes without approval',
    protectedGroup(),
    [
      `${APPROVAL}: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111`,
    ],
  ],
  ['a group of Kubernetes with approval', protectedGroup('https://github.com/kubernetes/enhancements/pull/1'), []],
  ['a group of Kubernetes that admits to be unapproved', protectedGroup('unapproved, experimental'), []],
]

for (const [name, change, causes] of cases) {
  test(`a definition with ${name} is ${causes.length === 0 ? 'valid' : 'refused'}`, () => {
    assert.deepEqual(texts(definition(change)), causes)
  })
}

test('defaults are those of v1', () => {
  const { spec } = definition(webhook({ service: { namespace: 'n', name: 's' } })) as unknown as {
    spec: { names: object; conversion: object }
  }
  assert.deepEqual(spec.names, { plural: 'widgets', kind: 'Widget', singular: 'widget', listKind: 'WidgetList' })
  assert.deepEqual(spec.conversion, {
    strategy: 'Webhook',
    webhook: { clientConfig: { service: { namespace: 'n', name: 's', port: 443 } }, conversionReviewVersions: ['v1'] },
  })
  assert.deepEqual((definition({}).spec as { conversion: object }).conversion, { strategy: 'None' })
})

test('group and plural never change; kind and scope not once the definition is established', () => {
  const established = { status: { conditions: [{ type: 'Established', status: 'True' }] } }
  const changed = { spec: { scope: 'Cluster', names: { plural: 'gadgets', kind: 'Gadget' }, group: 'example.org' } }
  const always = [
    'spec.group: Invalid value: "example.org": field is immutable',
    'spec.names.plural: Invalid value: "gadgets": field is immutable',
  ]
  assert.deepEqual(texts(definition(changed), definition({})), always)
  assert.deepEqual(texts(definition(changed), definition(established)), [
    'spec.scope: Invalid value: "Cluster": field is immutable',
    'spec.names.kind: Invalid value: "Gadget": field is immutable',
    ...always,
  ])
})

test('a CA bundle must be one when the definition is established, unless it was none before', () => {
  const broken = { url: 'https://a', caBundle: Buffer.from('no certificate').toString('base64') }
  const status = { conditions: [{ type: 'Established', status: 'True' }] }
  assert.deepEqual(texts(definition(webhook(broken))), [])
  assert.deepEqual(texts(definition(webhook(broken)), definition({ status })), [
    `spec.conversion.webhookClientConfig.caBundle: Invalid value: "${broken.caBundle}": unable to load root certificates: unable to parse bytes as PEM block`,
  ])
  assert.deepEqual(texts(definition(webhook(broken)), definition({ ...webhook(broken), status })), [])
})

test('an approval that was missing before may be missing still', () => {
  assert.deepEqual(texts(definition(protectedGroup()), definition(protectedGroup())), [])
})
