/** APIResourceSchemas as they are served, with kcp's admission `tenancy.kcp.io/APIResourceSchema`. */
import { isDeepStrictEqual } from 'node:util'
import {
  fieldInvalid,
  fieldRequired,
  type KubeObject,
  type StatusCause,
  validateCustomResourceDefinition,
} from '../../machinery/index.ts'
import type { Change, CommitPart, OperationContext, ResourceDefinition } from '../../server/index.ts'
import { API_EXPORT, exportSpec } from '../api/api-export.ts'
import { API_RESOURCE_SCHEMA, resourceSchemaSpec } from '../api/api-resource-schema.ts'
import { APIS_GROUP } from '../api/groups.ts'
import { declareKind } from '../api/kind.ts'
import { followExport } from './follow-up.ts'
import { refuseFields } from './refuse.ts'
import { definitionForm } from './schema-definitions.ts'

/** Groups of Kubernetes' own without a dot, and what they are called for the rules of a CRD, which asks for one. */
const WITHOUT_DOT = new Set(['', 'apps', 'batch', 'extensions', 'policy', 'autoscaling'])
const PREFIX = /^[a-z]([-a-z0-9]*[a-z0-9])?$/

async function admit(change: Change): Promise<void> {
  if (change.type === 'delete') return
  const { object } = change
  if (!hasShape(object)) return
  const causes = [
    ...(change.type === 'update' && !isDeepStrictEqual(object.spec, change.old.spec)
      ? [fieldInvalid('spec', object.spec, 'field is immutable')]
      : []),
    ...nameCauses(object),
    ...specCauses(object),
  ]
  if (causes.length > 0) throw refuseFields('apiresourceschemas', object.metadata.name ?? '', causes)
}

/** What has not the shape is left to the kind's own schema to refuse. */
function hasShape(object: KubeObject): boolean {
  const { group, names, versions } = resourceSchemaSpec(object)
  return typeof group === 'string' && typeof names?.plural === 'string' && Array.isArray(versions)
}

function nameCauses(object: KubeObject): StatusCause[] {
  const { name = '' } = object.metadata
  const { group, names } = resourceSchemaSpec(object)
  const end = `.${names.plural}.${group === '' ? 'core' : group}`
  if (!name.endsWith(end)) return [fieldInvalid('metadata.name', name, `must end in ${end}`)]
  const prefix = name.slice(0, -end.length)
  return PREFIX.test(prefix)
    ? []
    : [fieldInvalid('metadata.name', name, `must match ${PREFIX.source} in front of ${end}`)]
}

function specCauses(object: KubeObject): StatusCause[] {
  const { group, names, versions, conversion } = resourceSchemaSpec(object)
  const missing =
    versions.length > 1 && conversion === undefined
      ? [fieldRequired('spec.conversion', 'must be set when there are several versions')]
      : []
  if (group === 'core') return [...missing, fieldInvalid('spec.group', group, 'must be empty for the core group')]
  const form = definitionForm(object)
  if (WITHOUT_DOT.has(group)) {
    const dotted = `${group || 'core'}.example`
    form.metadata.name = `${names.plural}.${dotted}`
    form.spec = { ...(form.spec as object), group: dotted }
  }
  const causes = validateCustomResourceDefinition(form).map(
    (cause): StatusCause => ({ ...cause, field: fieldHere(cause.field ?? '') }),
  )
  return [...missing, ...causes.filter(({ field }) => field?.startsWith('status.') !== true)]
}

/** What all versions of a CRD share is said of the whole of it; here it is the versions' alone, and the schema a level up. */
function fieldHere(field: string): string {
  return field
    .replace(/^spec\.(validation|subresources|additionalPrinterColumns|selectableFields)\b/, 'spec.versions[0].$1')
    .replace(/\.(validation|schema)\.openAPIV3Schema\b/, '.schema')
}

/** An export may have been made before its schemas, and outlive them. */
async function commit(change: Change, context: OperationContext): Promise<CommitPart> {
  if (change.type === 'update') return { operations: [], preconditions: [] }
  const { name } = (change.type === 'delete' ? change.old : change.object).metadata
  const { cluster, services } = context
  const { version, plural } = API_EXPORT
  const exports = (await services.definitionsOf(cluster)).find(APIS_GROUP, version, plural)
  const concerned = (exports === undefined ? [] : await services.readAll(exports, cluster, '')).filter((each) =>
    exportSpec(each).resources?.some(({ schema }) => schema === name),
  )
  const followed = concerned.map((each) => followExport({ cluster, name: each.metadata.name ?? '' }, context))
  return { operations: (await Promise.all(followed)).flat(), preconditions: [] }
}

export const apiResourceSchemaDefinition: ResourceDefinition = declareKind(API_RESOURCE_SCHEMA, {
  strategy: { admit, commit },
})
