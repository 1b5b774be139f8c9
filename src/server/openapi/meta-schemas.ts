/** Schemas of the types that every API shares (apimachinery/pkg/apis/meta/v1). */
import type { JsonObject } from '../../machinery/index.ts'
import { META, reference } from './schema-names.ts'

const text = (description: string): JsonObject => ({ type: 'string', description })
const whole = (description: string, format: 'int32' | 'int64' = 'int64'): JsonObject => ({
  type: 'integer',
  format,
  description,
})
const flag = (description: string): JsonObject => ({ type: 'boolean', description })
const texts = (description: string): JsonObject => ({
  type: 'array',
  description,
  items: { type: 'string', default: '' },
  'x-kubernetes-list-type': 'atomic',
})
const textMap = (description: string): JsonObject => ({
  type: 'object',
  description,
  additionalProperties: { type: 'string', default: '' },
})
const ref = (name: string, description: string): JsonObject => ({ allOf: [reference(`${META}.${name}`)], description })
const list = (name: string, description: string): JsonObject => ({
  type: 'array',
  description,
  items: { allOf: [reference(`${META}.${name}`)], default: {} },
})
const object = (description: string, properties: JsonObject, required: string[] = []): JsonObject => ({
  type: 'object',
  description,
  ...(required.length > 0 && { required }),
  properties,
})

export const API_VERSION = text(
  'The versioned schema of this representation of an object, as group/version, or the version alone in the core group.',
)
export const KIND = text('The kind of object that this is, in CamelCase. Cannot be updated.')

const TYPE_META = { apiVersion: API_VERSION, kind: KIND }

const objectMeta = object('Metadata that every stored object has.', {
  annotations: textMap('Values that tools keep with the object; not queryable.'),
  creationTimestamp: ref('Time', 'When the server created the object. Read-only.'),
  deletionGracePeriodSeconds: whole('Seconds that the object may take to end. Read-only.'),
  deletionTimestamp: ref(
    'Time',
    'When deletion was asked for; the object stays until its finalizers are gone. Read-only.',
  ),
  finalizers: {
    ...texts('Who must act before the object is removed.'),
    'x-kubernetes-list-type': 'set',
    'x-kubernetes-patch-strategy': 'merge',
  },
  generateName: text('A prefix from which the server makes a unique name when `name` is empty.'),
  generation: whole('Counts changes of the desired state. Read-only.'),
  labels: textMap('Keys and values by which objects are selected.'),
  managedFields: {
    ...list('ManagedFieldsEntry', 'Which manager set which fields.'),
    'x-kubernetes-list-type': 'atomic',
  },
  name: text('Unique within the namespace, or the logical cluster where the kind has none. Cannot be updated.'),
  namespace: text('The space within which the name is unique. Cannot be updated.'),
  ownerReferences: {
    ...list('OwnerReference', 'Objects that this one depends on; it is collected when all of them are gone.'),
    'x-kubernetes-list-map-keys': ['uid'],
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-patch-merge-key': 'uid',
    'x-kubernetes-patch-strategy': 'merge',
  },
  resourceVersion: text('Changes with every write; opaque. An update that carries an older one is refused.'),
  selfLink: text('No longer set.'),
  uid: text('Unique in time and space. Read-only.'),
})

const statusDetails = object('More about a failure.', {
  causes: list('StatusCause', 'One entry for each fault.'),
  group: text('API group of the resource.'),
  kind: text('Resource that the failure is about.'),
  name: text('Name of the object.'),
  retryAfterSeconds: whole('Seconds after which the request may be tried again.', 'int32'),
  uid: text('UID of the object.'),
})

const deleteOptions = object('Options of a delete.', {
  ...TYPE_META,
  dryRun: texts('`All`: nothing is stored.'),
  gracePeriodSeconds: whole('Seconds before the object is removed; zero is at once.'),
  orphanDependents: flag('Deprecated: use propagationPolicy.'),
  preconditions: ref('Preconditions', 'What must hold for the object to be deleted.'),
  propagationPolicy: text('What becomes of dependents: Orphan, Background or Foreground.'),
})

const definitions: Readonly<Record<string, JsonObject>> = {
  DeleteOptions: deleteOptions,
  FieldsV1: { type: 'object', description: 'A set of field paths, as a tree.' },
  ListMeta: object('Metadata of a list.', {
    continue: text('Set when there is more: hand it back to go on.'),
    remainingItemCount: whole('How many objects are left, when known.'),
    resourceVersion: text('What the list is a consistent picture of.'),
    selfLink: text('No longer set.'),
  }),
  ManagedFieldsEntry: object('The fields that one manager set with one operation.', {
    apiVersion: text('Version that the fields belong to.'),
    fieldsType: text('FieldsV1.'),
    fieldsV1: ref('FieldsV1', 'The fields.'),
    manager: text('Who set them.'),
    operation: text('Apply or Update.'),
    subresource: text('Through which subresource.'),
    time: ref('Time', 'When the set last changed.'),
  }),
  ObjectMeta: objectMeta,
  OwnerReference: {
    ...object(
      'An object that this one depends on.',
      {
        apiVersion: text('API version of the owner.'),
        blockOwnerDeletion: flag('Whether the owner, deleted in the foreground, waits for this object.'),
        controller: flag('Whether the owner manages this object.'),
        kind: text('Kind of the owner.'),
        name: text('Name of the owner.'),
        uid: text('UID of the owner.'),
      },
      ['apiVersion', 'kind', 'name', 'uid'],
    ),
    'x-kubernetes-map-type': 'atomic',
  },
  Patch: { type: 'object', description: 'Changes to apply to an object.' },
  Preconditions: object('What must hold for an operation.', {
    resourceVersion: text('The resourceVersion that the object must have.'),
    uid: text('The UID that the object must have.'),
  }),
  Status: {
    ...object('The answer where there is no object to return.', {
      ...TYPE_META,
      code: whole('HTTP status code.', 'int32'),
      details: ref('StatusDetails', 'More about it, for programs.'),
      message: text('What happened, for people.'),
      metadata: ref('ListMeta', 'Empty.'),
      reason: text('What happened, for programs.'),
      status: text('Success or Failure.'),
    }),
    'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'Status' }],
  },
  StatusCause: object('One fault.', {
    field: text('Path of the field that is wrong.'),
    message: text('What is wrong, for people.'),
    reason: text('What is wrong, for programs.'),
  }),
  StatusDetails: statusDetails,
  Time: { type: 'string', format: 'date-time', description: 'A time, RFC 3339, in whole seconds.' },
}

export const META_SCHEMAS: Readonly<Record<string, JsonObject>> = Object.fromEntries(
  Object.entries(definitions).map(([name, schema]) => [`${META}.${name}`, schema]),
)
