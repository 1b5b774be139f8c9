/** Platform: one workload cluster with its packages, always below one ControlCenter. */
import { declareKind } from './declare-kind.ts'
import { CLUSTER_COLUMNS, CLUSTER_RULES, CLUSTER_SPEC, CLUSTER_STATUS, NAME_REFERENCE, notYet } from './fields.ts'

export const platform = declareKind({
  kind: 'Platform',
  plural: 'platforms',
  shortNames: ['plat'],
  description: 'A workload cluster with its packages, below one ControlCenter.',
  columns: [{ name: 'Control-Center', type: 'string', jsonPath: '.spec.controlCenterRef.name' }, ...CLUSTER_COLUMNS],
  selectableFields: ['.spec.controlCenterRef.name'],
  spec: {
    type: 'object',
    required: ['providerRef'],
    properties: {
      ...CLUSTER_SPEC,
      controlCenterRef: { ...NAME_REFERENCE, description: 'The ControlCenter that it lives in. Immutable.' },
      template: {
        type: 'object',
        properties: {
          clusterClass: { type: 'string', maxLength: 253 },
          variables: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
      composition: {
        type: 'object',
        required: ['xrKind'],
        properties: { xrKind: { type: 'string', minLength: 1, maxLength: 63 } },
      },
      packages: {
        type: 'array',
        maxItems: 256,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: NAME_REFERENCE,
      },
    },
    not: { required: ['template', 'composition'] },
    'x-kubernetes-validations': [
      ...CLUSTER_RULES,
      notYet('template'),
      notYet('composition'),
      notYet('packages'),
      {
        rule: "has(self.controlCenterRef) || !self.managementPolicies.exists(policy, policy == '*' || policy == 'Create')",
        message: 'a Platform lives in a ControlCenter, unless managementPolicies do not let it be made',
        fieldPath: '.controlCenterRef',
        reason: 'FieldValueRequired',
      },
    ],
    example: {
      controlCenterRef: { name: 'emea' },
      providerRef: { name: 'laptop' },
      version: 'v1.35.4',
      access: { ttl: '1h' },
    },
  },
  status: CLUSTER_STATUS,
})
