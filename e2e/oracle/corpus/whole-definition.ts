/** A definition with nearly every field that one can have. */
import type { Fields } from '../case.ts'

export const wholeDefinition: Fields = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.<id>.dev' },
  spec: {
    group: '<id>.dev',
    scope: 'Namespaced',
    names: {
      plural: 'things',
      singular: 'thing',
      kind: 'Thing',
      listKind: 'ThingList',
      shortNames: ['th'],
      categories: ['all'],
    },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        deprecated: true,
        deprecationWarning: 'old',
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'd',
            required: ['spec'],
            properties: {
              spec: {
                type: 'object',
                maxProperties: 9,
                properties: {
                  n: { type: 'integer', minimum: 0, maximum: 9, exclusiveMaximum: true, multipleOf: 1, default: 3 },
                  s: { type: 'string', pattern: '^a', minLength: 1, maxLength: 9, enum: ['a', 'ab'], nullable: true },
                  p: { 'x-kubernetes-int-or-string': true },
                  l: {
                    type: 'array',
                    minItems: 0,
                    maxItems: 3,
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
                  },
                  m: {
                    type: 'object',
                    additionalProperties: { type: 'number', format: 'double' },
                    default: { a: 1.5 },
                  },
                  o: {
                    type: 'object',
                    'x-kubernetes-preserve-unknown-fields': true,
                    'x-kubernetes-map-type': 'atomic',
                  },
                  e: {
                    type: 'object',
                    'x-kubernetes-embedded-resource': true,
                    'x-kubernetes-preserve-unknown-fields': true,
                  },
                },
                oneOf: [{ required: ['n'] }, { not: { required: ['n'] } }],
                'x-kubernetes-validations': [
                  {
                    rule: 'self.n < 9',
                    message: 'm',
                    reason: 'FieldValueForbidden',
                    fieldPath: '.n',
                    optionalOldSelf: true,
                  },
                ],
              },
              status: { type: 'object', properties: { replicas: { type: 'integer', format: 'int32' } } },
            },
          },
        },
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.n',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
        additionalPrinterColumns: [
          { name: 'N', type: 'integer', format: 'int32', description: 'd', priority: 1, jsonPath: '.spec.n' },
        ],
        selectableFields: [{ jsonPath: '.spec.s' }],
      },
    ],
    conversion: { strategy: 'None' },
  },
}
