/** APIExport and APIBinding in v1alpha1: the rows of v1alpha2, converted on the way in and out. */
import { fieldInvalid, type KubeObject, type StatusCause } from '../../machinery/index.ts'
import type { ResourceDefinition } from '../../server/index.ts'
import { API_BINDING } from '../api/api-binding.ts'
import { API_EXPORT, type ExportedResource } from '../api/api-export.ts'
import { APIS_GROUP } from '../api/groups.ts'
import { type DeclaredKind, declareKind } from '../api/kind.ts'
import { OLDER_BINDING_SPEC, OLDER_EXPORT_SPEC } from '../api/older-specs.ts'
import { apiBindingDefinition } from './api-binding.ts'
import { apiExportDefinition } from './api-export.ts'
import {
  BINDING_CLAIMS,
  type ClaimField,
  carriedClaims,
  claimsToNewer,
  claimsToOlder,
  EXPORT_CLAIMS,
  isSameClaim,
} from './claim-conversion.ts'
import { inStoredForm } from './in-stored-form.ts'
import { refuseFields } from './refuse.ts'

const VERSION = 'v1alpha1'

interface Conversion {
  readonly definition: ResourceDefinition
  readonly declared: DeclaredKind
  readonly spec: DeclaredKind['spec']
  readonly claims: readonly ClaimField[]
  readonly specToOlder: (spec: Record<string, unknown>) => void
  readonly specToNewer: (spec: Record<string, unknown>) => void
}

function olderVersion({ definition, declared, spec, claims, ...convert }: Conversion): ResourceDefinition {
  const converted = (object: KubeObject, version: string): KubeObject => ({
    ...structuredClone(object),
    apiVersion: `${APIS_GROUP}/${version}`,
  })
  const storedForm = {
    definition,
    fields: {},
    toStored: (object: KubeObject): KubeObject => {
      const newer = converted(object, definition.version)
      for (const field of claims) claimsToNewer(newer, field)
      if (newer.spec !== undefined) convert.specToNewer(newer.spec as Record<string, unknown>)
      return newer
    },
    fromStored: (object: KubeObject): KubeObject => {
      const older = converted(object, VERSION)
      for (const field of claims) claimsToOlder(older, field)
      if (older.spec !== undefined) convert.specToOlder(older.spec as Record<string, unknown>)
      return older
    },
  }
  const strategy = inStoredForm(storedForm)
  /** Before anything is converted: the annotations are used up by that. */
  const check = (object: KubeObject): void => {
    const causes = claims.flatMap((field) => carriedCauses(object, field))
    if (causes.length > 0) throw refuseFields(declared.plural, object.metadata.name ?? '', causes)
  }
  return declareKind(
    { ...declared, version: VERSION, spec },
    {
      storageVersion: definition.storageVersion,
      storedForm,
      strategy: {
        ...strategy,
        prepareForCreate: (object, context) => {
          check(object)
          strategy.prepareForCreate?.(object, context)
        },
        prepareForUpdate: (object, old, context) => {
          check(object)
          strategy.prepareForUpdate?.(object, old, context)
        },
      },
    },
  )
}

/** What an annotation carries must be of claims that are there. */
function carriedCauses(object: KubeObject, { path: [part, key], newer }: ClaimField): StatusCause[] {
  const at = `metadata.annotations[${newer}]`
  const text = object.metadata.annotations?.[newer]
  const carried = carriedClaims(object, newer)
  if (carried === undefined) return [fieldInvalid(at, text, 'must be a JSON list of permission claims')]
  const claims = (object[part] as Record<string, unknown> | undefined)?.[key]
  const known = Array.isArray(claims) ? claims : []
  return carried
    .filter((claim) => !known.some((each) => isSameClaim(each, claim)))
    .map(({ resource, group }) => fieldInvalid(at, `${resource}.${group}`, `is not among ${part}.${key}`))
}

/** `v1.widgets.example.com` -> widgets of example.com; the core group is spelt `core`. */
function resourceOf(schema: string): ExportedResource {
  const [, name = '', ...group] = schema.split('.')
  const joined = group.join('.')
  return { name, group: joined === 'core' ? '' : joined, schema, storage: { crd: {} } }
}

export const apiExportV1alpha1 = olderVersion({
  definition: apiExportDefinition,
  declared: API_EXPORT,
  spec: OLDER_EXPORT_SPEC,
  claims: EXPORT_CLAIMS,
  specToOlder: (spec) => {
    const { resources } = spec
    delete spec.resources
    if (Array.isArray(resources)) spec.latestResourceSchemas = resources.map(({ schema }: ExportedResource) => schema)
  },
  specToNewer: (spec) => {
    const schemas = spec.latestResourceSchemas
    delete spec.latestResourceSchemas
    if (Array.isArray(schemas)) spec.resources = schemas.map((schema) => resourceOf(String(schema)))
  },
})

export const apiBindingV1alpha1 = olderVersion({
  definition: apiBindingDefinition,
  declared: API_BINDING,
  spec: OLDER_BINDING_SPEC,
  claims: BINDING_CLAIMS,
  specToOlder: () => undefined,
  specToNewer: () => undefined,
})
