/** `spec` of apis.kcp.io/v1alpha1 APIExport and APIBinding: schemas by name, claims without verbs. */
import type { JsonObject } from '../../machinery/index.ts'
import { API_BINDING } from './api-binding.ts'
import { API_EXPORT } from './api-export.ts'

const TEXT: JsonObject = { type: 'string' }

function claims(more: JsonObject, required: readonly string[]): JsonObject {
  return {
    type: 'array',
    items: {
      type: 'object',
      required: ['resource', ...required],
      properties: {
        group: { type: 'string', default: '' },
        resource: { type: 'string', minLength: 1 },
        identityHash: TEXT,
        all: { type: 'boolean' },
        resourceSelector: {
          type: 'array',
          items: { type: 'object', properties: { name: TEXT, namespace: TEXT } },
        },
        ...more,
      },
      oneOf: [
        { required: ['all'], not: { required: ['resourceSelector'] } },
        { required: ['resourceSelector'], not: { required: ['all'] } },
      ],
    },
  }
}

function specWith(newer: JsonObject, without: string, properties: JsonObject): JsonObject {
  const { [without]: _without, ...others } = newer.properties as JsonObject
  return { ...newer, properties: { ...others, ...properties } }
}

export const OLDER_EXPORT_SPEC = specWith(API_EXPORT.spec, 'resources', {
  latestResourceSchemas: { type: 'array', items: TEXT, 'x-kubernetes-list-type': 'set' },
  permissionClaims: claims({}, []),
})

export const OLDER_BINDING_SPEC = specWith(API_BINDING.spec, 'permissionClaims', {
  permissionClaims: claims({ state: { type: 'string', enum: ['Accepted', 'Rejected'] } }, ['state']),
})
