import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type JsonObject, parseApiVersion } from '../../object.ts'
import { CAPTURED } from './captured-bodies.ts'
import { goDecodingError } from './go-decoding-error.ts'
import { messageNamed, messageOf } from './registry.ts'

const FIELD = 'into Go struct field'

/** What kube-apiserver answers. */
const REFUSED: readonly [string, JsonObject, string][] = [
  [
    'core/v1.ConfigMap',
    { data: 'x' },
    `json: cannot unmarshal string ${FIELD} ConfigMap.data of type map[string]string`,
  ],
  ['core/v1.ConfigMap', { data: { a: 1 } }, `json: cannot unmarshal number ${FIELD} ConfigMap.data of type string`],
  [
    'core/v1.ConfigMap',
    { immutable: 'yes' },
    `json: cannot unmarshal string ${FIELD} ConfigMap.immutable of type bool`,
  ],
  [
    'core/v1.ConfigMap',
    { binaryData: { a: 1 } },
    `json: cannot unmarshal number ${FIELD} ConfigMap.binaryData of type []uint8`,
  ],
  ['core/v1.ConfigMap', { binaryData: { a: '***' } }, 'illegal base64 data at input byte 0'],
  [
    'core/v1.ConfigMap',
    { metadata: 'x' },
    `json: cannot unmarshal string ${FIELD} ConfigMap.metadata of type v1.ObjectMeta`,
  ],
  [
    'core/v1.ConfigMap',
    { metadata: { uid: 1 } },
    `json: cannot unmarshal number ${FIELD} ObjectMeta.metadata.uid of type types.UID`,
  ],
  [
    'core/v1.ConfigMap',
    { metadata: { ownerReferences: [{ name: 1 }] } },
    `json: cannot unmarshal number ${FIELD} OwnerReference.metadata.ownerReferences.name of type string`,
  ],
  [
    'core/v1.ConfigMap',
    { metadata: { creationTimestamp: 'a' } },
    'parsing time "a" as "2006-01-02T15:04:05Z07:00": cannot parse "a" as "2006"',
  ],
  [
    'core/v1.Namespace',
    { spec: { finalizers: 'a' } },
    `json: cannot unmarshal string ${FIELD} NamespaceSpec.spec.finalizers of type []v1.FinalizerName`,
  ],
  [
    'core/v1.Namespace',
    { spec: { finalizers: [1] } },
    `json: cannot unmarshal number ${FIELD} NamespaceSpec.spec.finalizers of type v1.FinalizerName`,
  ],
  ['core/v1.Namespace', { spec: [] }, `json: cannot unmarshal array ${FIELD} Namespace.spec of type v1.NamespaceSpec`],
  [
    'coordination/v1.Lease',
    { spec: { leaseDurationSeconds: 1.5 } },
    `json: cannot unmarshal number 1.5 ${FIELD} LeaseSpec.spec.leaseDurationSeconds of type int32`,
  ],
  [
    'coordination/v1.Lease',
    { spec: { renewTime: 'a' } },
    'parsing time "a" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "a" as "2006"',
  ],
  [
    'rbac/v1.ClusterRole',
    { rules: ['a'] },
    `json: cannot unmarshal string ${FIELD} ClusterRole.rules of type v1.PolicyRule`,
  ],
  [
    'core/v1.ResourceQuota',
    { spec: { hard: 'x' } },
    `json: cannot unmarshal string ${FIELD} ResourceQuotaSpec.spec.hard of type v1.ResourceList`,
  ],
  [
    'core/v1.ResourceQuota',
    { spec: { hard: { pods: true } } },
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
  [
    'admissionregistration/v1.ValidatingWebhookConfiguration',
    { webhooks: [{ rules: [{ apiGroups: 1 }] }] },
    `json: cannot unmarshal number ${FIELD} RuleWithOperations.webhooks.rules.Rule.apiGroups of type []string`,
  ],
  [
    'apiextensions/v1.CustomResourceDefinition',
    { spec: { versions: [{ schema: { openAPIV3Schema: { properties: { a: { minimum: 'x' } } } } }] } },
    `json: cannot unmarshal string ${FIELD} JSONSchemaProps.spec.versions.schema.openAPIV3Schema.properties.minimum of type float64`,
  ],
]
for (const [name, object, message] of REFUSED) {
  test(message, () => assert.equal(goDecodingError(messageNamed(name), object), message))
}

const FITTING: readonly [string, JsonObject][] = [
  ['core/v1.ConfigMap', { data: { a: null }, unknown: 1, metadata: null }],
  ['core/v1.Secret', { data: { a: '', b: 'AA==', c: 'AAAA\nAAA=\n', d: null } }],
  ['core/v1.ResourceQuota', { spec: { hard: { pods: 1, cpu: '100m' } } }],
  ['coordination/v1.Lease', { spec: { renewTime: '2026-01-01T00:00:00.000000Z' } }],
]
for (const [name, object] of FITTING) {
  test(`${JSON.stringify(object)} fits`, () => assert.equal(goDecodingError(messageNamed(name), object), undefined))
}

for (const { about, json } of CAPTURED) {
  test(`a ${about} of client-go fits`, () => {
    const { group = '', version = '' } = parseApiVersion(String(json.apiVersion)) ?? {}
    const table = messageOf(group, version, String(json.kind))
    assert.ok(table)
    assert.equal(goDecodingError(table, json), undefined)
  })
}
