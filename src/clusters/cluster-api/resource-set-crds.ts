/** ClusterResourceSet and ClusterResourceSetBinding of addons.cluster.x-k8s.io, as far as their controllers here carry them out. */
import type { JsonObject, KubeObject } from '../../machinery/index.ts'
import { CONDITIONS, LABELS } from './cluster-crd.ts'

const TEXT: JsonObject = { type: 'string' }
const NAME: JsonObject = { type: 'string', minLength: 1, maxLength: 253 }
const RESOURCE: Readonly<Record<string, JsonObject>> = {
  kind: { type: 'string', enum: ['Secret', 'ConfigMap'] },
  name: NAME,
}

const SELECTOR: JsonObject = {
  type: 'object',
  properties: {
    matchExpressions: {
      type: 'array',
      items: {
        type: 'object',
        required: ['key', 'operator'],
        properties: { key: TEXT, operator: TEXT, values: { type: 'array', items: TEXT } },
      },
    },
    matchLabels: { type: 'object', additionalProperties: TEXT },
  },
  'x-kubernetes-map-type': 'atomic',
}

const SET: JsonObject = {
  type: 'object',
  required: ['spec'],
  properties: {
    apiVersion: TEXT,
    kind: TEXT,
    metadata: { type: 'object' },
    spec: {
      type: 'object',
      required: ['clusterSelector', 'resources'],
      properties: {
        clusterSelector: SELECTOR,
        resources: {
          type: 'array',
          minItems: 1,
          maxItems: 100,
          items: { type: 'object', required: ['kind', 'name'], properties: { ...RESOURCE } },
          'x-kubernetes-list-type': 'atomic',
        },
        // The default is what upstream's webhook fills in.
        strategy: { type: 'string', enum: ['ApplyOnce', 'Reconcile'], default: 'ApplyOnce' },
      },
      // What upstream's webhook holds it to (internal/webhooks/clusterresourceset.go).
      'x-kubernetes-validations': [
        {
          rule: 'self.clusterSelector == oldSelf.clusterSelector',
          message: 'field is immutable',
          fieldPath: '.clusterSelector',
        },
        { rule: 'self.strategy == oldSelf.strategy', message: 'field is immutable', fieldPath: '.strategy' },
        {
          rule: 'has(self.clusterSelector.matchLabels) && size(self.clusterSelector.matchLabels) > 0 || has(self.clusterSelector.matchExpressions) && size(self.clusterSelector.matchExpressions) > 0',
          message: 'selector must not be empty',
          fieldPath: '.clusterSelector',
        },
      ],
    },
    status: {
      type: 'object',
      properties: {
        conditions: CONDITIONS,
        observedGeneration: { type: 'integer', format: 'int64' },
        deprecated: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
  },
}

const BINDING: JsonObject = {
  type: 'object',
  required: ['spec'],
  properties: {
    apiVersion: TEXT,
    kind: TEXT,
    metadata: { type: 'object' },
    spec: {
      type: 'object',
      required: ['clusterName'],
      properties: {
        clusterName: { type: 'string', minLength: 1, maxLength: 63 },
        bindings: {
          type: 'array',
          maxItems: 100,
          items: {
            type: 'object',
            required: ['clusterResourceSetName'],
            properties: {
              clusterResourceSetName: NAME,
              resources: {
                type: 'array',
                maxItems: 100,
                items: {
                  type: 'object',
                  required: ['applied', 'kind', 'name'],
                  properties: {
                    ...RESOURCE,
                    applied: { type: 'boolean' },
                    hash: { type: 'string', minLength: 1, maxLength: 256 },
                    lastAppliedTime: { type: 'string', format: 'date-time' },
                  },
                },
                'x-kubernetes-list-type': 'atomic',
              },
            },
          },
          'x-kubernetes-list-type': 'atomic',
        },
      },
    },
  },
}

const AGE = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }

function condition(type: string): string {
  return `.status.conditions[?(@.type=="${type}")].status`
}

interface Declared {
  readonly kind: string
  readonly schema: JsonObject
  readonly columns: readonly JsonObject[]
  readonly subresources: JsonObject
}

const KINDS: readonly Declared[] = [
  {
    kind: 'ClusterResourceSet',
    schema: SET,
    columns: [
      { name: 'Applied', type: 'string', jsonPath: condition('ResourcesApplied') },
      { name: 'Paused', type: 'string', jsonPath: condition('Paused'), priority: 10 },
      AGE,
    ],
    subresources: { status: {} },
  },
  {
    kind: 'ClusterResourceSetBinding',
    schema: BINDING,
    columns: [{ name: 'Cluster', type: 'string', jsonPath: '.spec.clusterName' }, AGE],
    subresources: {},
  },
]

/** v1beta1 has the same fields; its `status.conditions` are those of v1beta2. */
export const RESOURCE_SET_CRDS: readonly KubeObject[] = KINDS.map(({ kind, schema, columns, subresources }) => {
  const plural = `${kind.toLowerCase()}s`
  const version = (name: string, storage: boolean) => ({
    name,
    served: true,
    storage,
    ...(!storage && { deprecated: true }),
    schema: { openAPIV3Schema: schema },
    subresources,
    additionalPrinterColumns: columns,
  })
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.addons.cluster.x-k8s.io`, labels: LABELS },
    spec: {
      group: 'addons.cluster.x-k8s.io',
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List`, categories: ['cluster-api'] },
      versions: [version('v1beta2', true), version('v1beta1', false)],
    },
  }
})
