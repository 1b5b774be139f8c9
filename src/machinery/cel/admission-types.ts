/** What the expressions of webhooks and policies may name (apiserver/pkg/admission/plugin/cel/compile.go, cel/mutation). */
import { AUTHORIZER, RESOURCE_CHECK } from './library-authorizer.ts'
import { BOOL, DYN, INT, listType, mapType, objectType, STRING, TIMESTAMP, type Type } from './type.ts'

function object(name: string, fields: Readonly<Record<string, Type>>): Type {
  return objectType(name, new Map(Object.entries(fields)))
}

const STRINGS = listType(STRING)
const STRING_MAP = mapType(STRING, STRING)
const KIND = object('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING })
const RESOURCE = object('kubernetes.GroupVersionResource', { group: STRING, version: STRING, resource: STRING })

export const REQUEST: Type = object('kubernetes.AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: object('kubernetes.UserInfo', {
    username: STRING,
    uid: STRING,
    groups: STRINGS,
    extra: mapType(STRING, STRINGS),
  }),
  dryRun: BOOL,
  options: DYN,
})

export const NAMESPACE: Type = object('kubernetes.Namespace', {
  metadata: object('kubernetes.NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: STRING_MAP,
    annotations: STRING_MAP,
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: STRINGS,
  }),
  spec: object('kubernetes.NamespaceSpec', { finalizers: STRINGS }),
  status: object('kubernetes.NamespaceStatus', {
    conditions: listType(
      object('kubernetes.NamespaceCondition', {
        status: STRING,
        type: STRING,
        lastTransitionTime: TIMESTAMP,
        message: STRING,
        reason: STRING,
      }),
    ),
    phase: STRING,
  }),
})

export const AUTHORIZER_VARIABLES: Readonly<Record<string, Type>> = {
  authorizer: AUTHORIZER,
  'authorizer.requestResource': RESOURCE_CHECK,
}

export const JSON_PATCH: Type = object('JSONPatch', { op: STRING, path: STRING, from: STRING, value: DYN })

/** What a configuration to apply is of. */
export const OBJECT: Type = objectType('Object', { get: () => DYN })

/** The type of parts of an object, by the way to them: `Object.spec.template`. Whatever field there is can be set. */
export function patchTypeNamed(name: string): Type | undefined {
  if (name === JSON_PATCH.name) return JSON_PATCH
  if (name === OBJECT.name) return OBJECT
  return name.startsWith('Object.') ? objectType(name, { get: () => DYN }) : undefined
}
