/**
 * endpoints.keelson.dev/v1alpha1 LogicalEndpoint: a logical cluster with a listener and a certificate authority of its own. It
 * is the shard's, and in nobody's discovery: clusters of the provider `logical` are made of it.
 */
import type { JsonObject } from '../../machinery/index.ts'
import { LOGICAL_ENDPOINTS } from '../../server/index.ts'
import type { DeclaredKind } from './kind.ts'

const TEXT: JsonObject = { type: 'string' }

export const LOGICAL_ENDPOINT: DeclaredKind = {
  ...LOGICAL_ENDPOINTS,
  columns: [],
  spec: {
    type: 'object',
    default: {},
    properties: { cluster: TEXT, closed: { type: 'boolean', default: false } },
  },
  status: {
    type: 'object',
    properties: {
      state: TEXT,
      host: TEXT,
      port: { type: 'integer', format: 'int32' },
      caFingerprint: TEXT,
      message: TEXT,
      logTail: { type: 'array', items: TEXT },
    },
  },
}

/** The same objects by the owner that their annotation names, as their namespace: found without a scan. */
export const OWNED_ENDPOINT: DeclaredKind = {
  ...LOGICAL_ENDPOINT,
  kind: 'OwnedLogicalEndpoint',
  plural: 'ownedlogicalendpoints',
}

export const OWNER_TAG = 'keelson-owner'
export const ENDPOINT_FINALIZER = 'endpoints.keelson.dev/logical-cluster'
