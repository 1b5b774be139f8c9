/** Schemas that several kinds of this room share. */
import { CONDITION_SCHEMA, type JsonObject } from '../../machinery/index.ts'

/** Go's durations, without signs and fractions. */
const DURATION_PATTERN = '^([0-9]+(ms|s|m|h))+$'
const LABEL_PATTERN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'

export const NAME_REFERENCE: JsonObject = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', minLength: 1, maxLength: 253 } },
}

export const DURATION: JsonObject = { type: 'string', pattern: DURATION_PATTERN, maxLength: 32 }

/** `Ready` and `Synced` with Crossplane's reasons. */
const CONDITIONS: JsonObject = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
  items: CONDITION_SCHEMA,
}

export function statusOf(properties: JsonObject): JsonObject {
  return { type: 'object', properties: { ...properties, conditions: CONDITIONS } }
}

/** The cluster that is there would be lost sight of, and another made. */
export const CLUSTER_RULES: readonly JsonObject[] = [
  {
    rule: 'self.providerRef.name == oldSelf.providerRef.name',
    message: 'is immutable: destroy the cluster first, or set it back',
    fieldPath: '.providerRef.name',
  },
  {
    rule: '!has(oldSelf.externalName) || (has(self.externalName) && self.externalName == oldSelf.externalName)',
    message: 'is immutable: destroy the cluster first, or set it back',
    fieldPath: '.externalName',
  },
]

/** What nothing in this version carries out: refused, so that nobody waits for it. */
export function notYet(field: string): JsonObject {
  return {
    rule: `!has(self.${field})`,
    message: 'is not supported: leave it out, this version does not carry it out',
    fieldPath: `.${field}`,
    reason: 'FieldValueForbidden',
  }
}

/** What a user may say of any cluster that a provider makes. A provider refuses by name what it cannot honour. */
export const CLUSTER_SPEC: JsonObject = {
  providerRef: { ...NAME_REFERENCE, description: 'The ClusterProvider that makes it. Immutable.' },
  version: {
    type: 'string',
    pattern: '^v[0-9]+\\.[0-9]+\\.[0-9]+$',
    maxLength: 32,
    description: 'The version of Kubernetes.',
    example: 'v1.35.4',
  },
  topology: {
    type: 'object',
    properties: {
      controlPlane: {
        type: 'object',
        properties: { replicas: { type: 'integer', format: 'int32', minimum: 1, maximum: 9, default: 1 } },
      },
      pools: {
        type: 'array',
        maxItems: 64,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: {
          type: 'object',
          required: ['name'],
          properties: {
            name: { type: 'string', pattern: LABEL_PATTERN, maxLength: 40 },
            replicas: { type: 'integer', format: 'int32', minimum: 0, maximum: 5000, default: 1 },
            type: { type: 'string', maxLength: 63 },
          },
        },
      },
    },
  },
  externalName: {
    type: 'string',
    maxLength: 63,
    pattern: LABEL_PATTERN,
    description:
      'What the provider calls it; default keelson-<name>-<hash of organization, workspace, kind and name>. Immutable.',
  },
  adoption: {
    type: 'string',
    enum: ['Never', 'IfUntagged'],
    default: 'Never',
    description: 'Whether a cluster of this external name that carries no owner may be taken over.',
  },
  managementPolicies: {
    type: 'array',
    maxItems: 6,
    // Whoever applies it says all of it: in a set, the default would stay beside what is applied.
    'x-kubernetes-list-type': 'atomic',
    items: { type: 'string', enum: ['*', 'Observe', 'Create', 'Update', 'Delete', 'LateInitialize'] },
    default: ['*'],
  },
  deletionPolicy: { type: 'string', enum: ['Delete', 'Orphan'], default: 'Delete' },
  dependsOn: {
    type: 'array',
    maxItems: 64,
    description: 'What must be ready before this is made, and is deleted after it.',
    items: {
      type: 'object',
      required: ['kind', 'name'],
      properties: {
        kind: { type: 'string', enum: ['ControlCenter', 'Platform'] },
        name: { type: 'string', minLength: 1, maxLength: 253 },
      },
    },
  },
  access: {
    type: 'object',
    properties: {
      ttl: { ...DURATION, default: '1h', description: 'How long a kubeconfig is valid that is issued.' },
      publish: {
        type: 'object',
        properties: {
          argocd: { type: 'boolean', default: false },
          capiSecret: { type: 'boolean', default: false },
        },
      },
    },
  },
}

const PHASES = [
  'Pending',
  'Foreign',
  'Provisioning',
  'Provisioned',
  'Ready',
  'Updating',
  'Degraded',
  'Partial',
  'Lost',
  'Deleting',
  'Deleted',
]

/** Facts from the provider; nothing secret. */
export const CLUSTER_STATUS: JsonObject = statusOf({
  phase: { type: 'string', enum: PHASES },
  externalID: { type: 'string' },
  externalName: { type: 'string' },
  version: { type: 'string', description: 'The version of Kubernetes that it has.' },
  providerRef: { ...NAME_REFERENCE, description: 'The ClusterProvider that it was made with.' },
  endpoint: {
    type: 'object',
    properties: {
      host: { type: 'string' },
      port: { type: 'integer', format: 'int32' },
      caFingerprint: { type: 'string' },
    },
  },
  observedAt: { type: 'string', format: 'date-time' },
  run: {
    type: 'object',
    description: 'What became of the last run of keelson apply or destroy that had a part in it.',
    properties: {
      id: { type: 'string' },
      outcome: { type: 'string' },
      action: { type: 'string' },
      message: { type: 'string' },
      logTail: { type: 'array', items: { type: 'string' } },
      touched: { type: 'boolean' },
      state: { type: 'string' },
    },
  },
  observedGeneration: { type: 'integer', format: 'int64' },
})

export const CLUSTER_COLUMNS = [
  { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  { name: 'Provider', type: 'string', jsonPath: '.spec.providerRef.name' },
  { name: 'Version', type: 'string', jsonPath: '.spec.version', priority: 1 },
  { name: 'External-Name', type: 'string', jsonPath: '.status.externalName', priority: 1 },
]
