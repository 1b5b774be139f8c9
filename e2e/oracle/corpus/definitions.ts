/** CustomResourceDefinitions that many cases share; they are made before the first one runs. */
import type { Fields } from '../case.ts'

export const GROUP = 'oracle.keelson.dev'
export const API = `${GROUP}/v1`

/** Every schema keyword, defaults, rules, status and scale, columns, selectable fields. */
const widgets = definition('widgets', 'Widget', {
  names: { shortNames: ['wd'], categories: ['oracles'] },
  version: {
    subresources: {
      status: {},
      scale: {
        specReplicasPath: '.spec.replicas',
        statusReplicasPath: '.status.replicas',
        labelSelectorPath: '.status.selector',
      },
    },
    additionalPrinterColumns: [
      { name: 'Size', type: 'integer', jsonPath: '.spec.size', description: 'How large it is.' },
      { name: 'Color', type: 'string', jsonPath: '.spec.color' },
      { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
      { name: 'Tags', type: 'string', jsonPath: '.spec.tags', priority: 1 },
      { name: 'Made', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
    selectableFields: [{ jsonPath: '.spec.color' }, { jsonPath: '.spec.size' }],
  },
  schema: {
    type: 'object',
    description: 'Widget is a thing.',
    required: ['spec'],
    properties: {
      spec: {
        type: 'object',
        required: ['size'],
        'x-kubernetes-validations': [
          { rule: '!has(self.max) || self.size <= self.max', message: 'size must not exceed max' },
          {
            rule: '!has(self.max) || self.max < 500',
            messageExpression: '"max is " + (self.max > 800 ? "far " : "") + "too much"',
            reason: 'FieldValueForbidden',
            fieldPath: '.max',
          },
        ],
        properties: {
          size: { type: 'integer', format: 'int32', minimum: 0, maximum: 1000 },
          max: { type: 'integer', format: 'int64' },
          step: { type: 'integer', multipleOf: 5 },
          ratio: { type: 'number', exclusiveMinimum: true, minimum: 0, exclusiveMaximum: true, maximum: 1 },
          color: { type: 'string', enum: ['red', 'green', 'blue'], default: 'green' },
          code: { type: 'string', pattern: '^[a-z]{2,4}$', minLength: 2, maxLength: 4 },
          when: { type: 'string', format: 'date-time' },
          address: { type: 'string', format: 'ipv4' },
          mail: { type: 'string', format: 'email' },
          link: { type: 'string', format: 'uri' },
          key: { type: 'string', format: 'byte' },
          span: { type: 'string', format: 'duration' },
          port: { 'x-kubernetes-int-or-string': true },
          quantity: { 'x-kubernetes-int-or-string': true, pattern: '^[0-9]+(m|Mi)?$' },
          flag: { type: 'boolean', default: true },
          note: { type: 'string', nullable: true },
          replicas: { type: 'integer', minimum: 0, default: 1 },
          fixed: {
            type: 'string',
            'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed cannot change' }],
          },
          tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set', maxItems: 4 },
          plain: { type: 'array', items: { type: 'integer' }, minItems: 1, uniqueItems: false },
          atomic: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'atomic' },
          parts: {
            type: 'array',
            maxItems: 10,
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['name'],
            items: {
              type: 'object',
              required: ['name'],
              properties: {
                name: { type: 'string', minLength: 1 },
                count: { type: 'integer', default: 1 },
                notes: { type: 'object', additionalProperties: { type: 'string' } },
              },
            },
          },
          ports: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['number', 'protocol'],
            items: {
              type: 'object',
              required: ['number'],
              properties: {
                number: { type: 'integer' },
                protocol: { type: 'string', default: 'TCP' },
                label: { type: 'string' },
              },
            },
          },
          labels: { type: 'object', additionalProperties: { type: 'string', maxLength: 8 }, maxProperties: 3 },
          sealed: {
            type: 'object',
            'x-kubernetes-map-type': 'atomic',
            properties: { a: { type: 'string' }, b: { type: 'string' } },
          },
          open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          nested: {
            type: 'object',
            default: {},
            properties: {
              on: { type: 'boolean', default: false },
              deep: { type: 'object', properties: { level: { type: 'integer', default: 7 } } },
            },
          },
          choice: {
            type: 'object',
            properties: { one: { type: 'string' }, two: { type: 'string' } },
            oneOf: [{ required: ['one'] }, { required: ['two'] }],
          },
          any: {
            type: 'object',
            properties: { n: { type: 'integer' }, s: { type: 'string' } },
            anyOf: [{ required: ['n'] }, { properties: { s: { minLength: 3 } }, required: ['s'] }],
            not: { required: ['n', 's'] },
          },
          template: {
            type: 'object',
            'x-kubernetes-embedded-resource': true,
            'x-kubernetes-preserve-unknown-fields': true,
          },
        },
      },
      status: {
        type: 'object',
        properties: {
          replicas: { type: 'integer' },
          selector: { type: 'string' },
          observed: { type: 'integer', maximum: 10 },
          conditions: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['type'],
            items: {
              type: 'object',
              required: ['type', 'status'],
              properties: { type: { type: 'string' }, status: { type: 'string' }, reason: { type: 'string' } },
            },
          },
        },
      },
    },
  },
})

/** Cluster-scoped, without subresources, open to every field. */
const gadgets = definition('gadgets', 'Gadget', {
  scope: 'Cluster',
  version: {},
  schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
})

const number = { type: 'object', properties: { spec: { type: 'object', properties: { n: { type: 'integer' } } } } }

/** Two served versions with different fields, one of them deprecated, and one that is not served. */
const gizmos: Fields = {
  ...definition('gizmos', 'Gizmo', { version: {}, schema: number }),
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: 'gizmos', singular: 'gizmo', kind: 'Gizmo', listKind: 'GizmoList' },
    versions: [
      { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: number } },
      {
        name: 'v1beta1',
        served: true,
        storage: false,
        deprecated: true,
        deprecationWarning: 'oracle.keelson.dev/v1beta1 Gizmo is old; use v1',
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { n: { type: 'integer' }, extra: { type: 'string', default: 'x' } } },
            },
          },
        },
      },
      { name: 'v1alpha1', served: false, storage: false, schema: { openAPIV3Schema: number } },
    ],
  },
}

export const sharedDefinitions: readonly Fields[] = [widgets, gadgets, gizmos]

interface Parts {
  readonly scope?: string
  readonly names?: Fields
  readonly version: Fields
  readonly schema: Fields
}

function definition(
  plural: string,
  kind: string,
  { scope = 'Namespaced', names = {}, version, schema }: Parts,
): Fields {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope,
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List`, ...names },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version }],
    },
  }
}
