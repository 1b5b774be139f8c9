/** SharedService: a package installed once per ControlCenter and offered to its Platforms and workspaces. */
import type { JsonObject } from '../../machinery/index.ts'
import { declareKind } from './declare-kind.ts'
import { NAME_REFERENCE, statusOf } from './fields.ts'

const LABEL_SELECTOR: JsonObject = {
  type: 'object',
  properties: {
    matchLabels: { type: 'object', additionalProperties: { type: 'string' } },
    matchExpressions: {
      type: 'array',
      items: {
        type: 'object',
        required: ['key', 'operator'],
        properties: {
          key: { type: 'string' },
          operator: { type: 'string', enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] },
          values: { type: 'array', items: { type: 'string' } },
        },
      },
    },
  },
}

export const sharedService = declareKind({
  kind: 'SharedService',
  plural: 'sharedservices',
  description: 'A package that is installed once per ControlCenter and offered to its Platforms and workspaces.',
  columns: [{ name: 'Package', type: 'string', jsonPath: '.spec.packageInstallRef.name' }],
  spec: {
    type: 'object',
    required: ['packageInstallRef'],
    'x-kubernetes-validations': [
      {
        rule: '!has(self.packageInstallRef)',
        message: 'is not supported: SharedService needs packages, which this version does not carry out',
        fieldPath: '.packageInstallRef',
        reason: 'FieldValueForbidden',
      },
    ],
    properties: {
      packageInstallRef: NAME_REFERENCE,
      controlCenterSelector: { ...LABEL_SELECTOR, default: {} },
      export: {
        type: 'object',
        properties: {
          apiExport: {
            type: 'object',
            required: ['name'],
            properties: {
              name: { type: 'string', minLength: 1, maxLength: 253 },
              resources: { type: 'array', maxItems: 64, items: { type: 'string', minLength: 1, maxLength: 253 } },
            },
          },
          bindTo: { type: 'object', properties: { platforms: LABEL_SELECTOR } },
        },
      },
    },
    example: {
      packageInstallRef: { name: 'monitoring' },
      controlCenterSelector: { matchLabels: { region: 'emea' } },
      export: { apiExport: { name: 'monitoring.keelson.dev' }, bindTo: { platforms: { matchLabels: {} } } },
    },
  },
  status: statusOf({ observedGeneration: { type: 'integer', format: 'int64' } }),
})
