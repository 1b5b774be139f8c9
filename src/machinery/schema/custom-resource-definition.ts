/**
 * Defaults and validation of apiextensions.k8s.io/v1 CustomResourceDefinition, as kube-apiserver has them. Metadata is
 * validated where that of every object is; here it is only what the kind adds.
 */
import type { StatusCause } from '../errors.ts'
import { isDNS1035Label, isDNS1123Subdomain } from '../names/dns.ts'
import { fieldInvalid, fieldNotSupported, fieldRequired } from '../names/field-error.ts'
import { FIELD_IMMUTABLE } from '../names/object-meta.ts'
import type { Json, JsonObject, KubeObject } from '../object.ts'
import { conversionCauses, isCABundle } from './custom-resource-definition-conversion.ts'
import {
  type DefinitionForm,
  definitionForm,
  objectIn,
  objectsIn,
  textIn,
  textsIn,
} from './custom-resource-definition-form.ts'
import { versionsAsGo } from './custom-resource-definition-go.ts'
import { approvalCauses, namesCauses, requiredNameCauses } from './custom-resource-definition-names.ts'
import { deprecationWarningCauses, versionPartsCauses } from './custom-resource-definition-version.ts'
import { childPath, indexPath } from './field-path.ts'

/** Fills in what v1 defaults: names.singular, names.listKind, conversion, the port of its webhook's service, storedVersions. */
export function defaultCustomResourceDefinition(crd: KubeObject): void {
  const spec = objectIn(crd.spec as Json | undefined)
  if (spec === undefined) return
  const names = objectIn(spec.names)
  const kind = textIn(names?.kind)
  if (names !== undefined && kind !== '') {
    if (!names.singular) names.singular = kind.toLowerCase()
    if (!names.listKind) names.listKind = `${kind}List`
  }
  spec.conversion ??= { strategy: 'None' }
  defaultStoredVersions(crd, spec)
  const service = objectIn(objectIn(objectIn(objectIn(spec.conversion)?.webhook)?.clientConfig)?.service)
  if (service !== undefined) service.port ??= 443
}

function defaultStoredVersions(crd: KubeObject, spec: JsonObject): void {
  const status = objectIn(crd.status as Json | undefined)
  if (status === undefined || textsIn(status.storedVersions).length > 0) return
  const storage = objectsIn(spec.versions).find((version) => version.storage === true)
  if (storage !== undefined) status.storedVersions = [textIn(storage.name)]
}

/**
 * Validates a whole CustomResourceDefinition after defaulting, with its status as the server has set it.
 *
 * @param old - what is stored, when this is an update.
 * @returns one cause per fault; none when it is valid.
 */
export function validateCustomResourceDefinition(crd: KubeObject, old?: KubeObject): StatusCause[] {
  const form = definitionForm(crd as unknown as JsonObject)
  const oldForm = old && definitionForm(old as unknown as JsonObject)
  const allowInvalidCABundle = oldForm === undefined || !oldForm.established || hasInvalidCABundle(oldForm)
  const annotation = (object: KubeObject) => object.metadata.annotations?.['api-approved.kubernetes.io'] ?? ''
  return [
    ...(old === undefined ? nameCauses(crd, form) : []),
    ...specCauses(form, allowInvalidCABundle),
    ...(oldForm === undefined ? [] : immutableCauses(form, oldForm)),
    ...statusCauses(form),
    ...storedVersionsCauses(form, 'status.storedVersions'),
    ...approvalCauses(form.group, annotation(crd), old && annotation(old)),
    ...preserveUnknownFieldsCauses(form, oldForm),
  ]
}

/** What a write of the status alone is held to. */
export function validateCustomResourceDefinitionStatus(crd: KubeObject): StatusCause[] {
  return statusCauses(definitionForm(crd as unknown as JsonObject))
}

function statusCauses({ acceptedNames }: DefinitionForm): StatusCause[] {
  return namesCauses(acceptedNames, 'status.acceptedNames')
}

function nameCauses({ metadata }: KubeObject, { names, group }: DefinitionForm): StatusCause[] {
  const detail = 'must be spec.names.plural+"."+spec.group'
  const required = `${names.plural}.${group}`
  const { name = '', generateName = '' } = metadata
  const causes: StatusCause[] = []
  if (generateName !== '' && generateName !== required) {
    causes.push(fieldInvalid('metadata.generateName', generateName, detail))
  }
  if (name !== '' && name !== required) causes.push(fieldInvalid('metadata.name', name, detail))
  return causes
}

function specCauses(form: DefinitionForm, allowInvalidCABundle: boolean): StatusCause[] {
  const { versions, common } = form
  const statusOf = (parts: { subresources: JsonObject | undefined }) =>
    objectIn(parts.subresources?.status) !== undefined
  const anyStatus = statusOf(common) || versions.some(statusOf)
  const hasOwnSubresources = versions.some((version) => version.subresources !== undefined)
  return [
    ...groupCauses(form.group, 'spec.group'),
    ...scopeCauses(form.scope, 'spec.scope'),
    ...missingSchemaCauses(form),
    ...versions.flatMap((version, index) => {
      const path = indexPath('spec.versions', index)
      const faults = isDNS1035Label(version.name)
      const hasStatus = statusOf(hasOwnSubresources ? version : common)
      return [
        ...(faults.length > 0 ? [fieldInvalid(childPath(path, 'name'), version.name, faults.join(','))] : []),
        ...deprecationWarningCauses(version, childPath(path, 'deprecationWarning')),
        ...versionPartsCauses(version, path, { schemaField: 'schema', hasStatus }),
      ]
    }),
    ...versionSetCauses(form, 'spec.versions'),
    ...requiredNameCauses(form.names, 'spec.names'),
    ...namesCauses(form.names, 'spec.names'),
    ...versionPartsCauses(common, 'spec', { schemaField: 'validation', hasStatus: anyStatus }),
    ...conversionCauses(form.conversion, 'spec.conversion', { allowInvalidCABundle }),
  ]
}

function groupCauses(group: string, path: string): StatusCause[] {
  if (group === '') return [fieldRequired(path, '')]
  const faults = isDNS1123Subdomain(group)
  if (faults.length > 0) return [fieldInvalid(path, group, faults.join(','))]
  return group.includes('.') ? [] : [fieldInvalid(path, group, 'should be a domain with at least one dot')]
}

function scopeCauses(scope: string, path: string): StatusCause[] {
  if (scope === '') return [fieldRequired(path, '')]
  const known = ['Cluster', 'Namespaced']
  return known.includes(scope) ? [] : [fieldNotSupported(path, scope, known)]
}

function missingSchemaCauses({ common, versions }: DefinitionForm): StatusCause[] {
  if (objectIn(common.schema?.openAPIV3Schema) !== undefined) return []
  return versions.flatMap((version, index) => {
    if (objectIn(version.schema?.openAPIV3Schema) !== undefined) return []
    return [fieldRequired(`${indexPath('spec.versions', index)}.schema.openAPIV3Schema`, '')]
  })
}

function versionSetCauses({ versions, areVersionsGiven }: DefinitionForm, path: string): StatusCause[] {
  const causes: StatusCause[] = []
  if (new Set(versions.map(({ name }) => name)).size < versions.length) {
    causes.push(fieldInvalid(path, versionsAsGo(versions), 'must contain unique version names'))
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    const detail = 'must have exactly one version marked as storage version'
    causes.push(fieldInvalid(path, areVersionsGiven ? versionsAsGo(versions) : null, detail))
  }
  // Upstream's internal version repeats the name of the first version at the top.
  const [first] = versions
  const faults = first === undefined || first.name === '' ? [] : isDNS1035Label(first.name)
  if (faults.length > 0) causes.push(fieldInvalid('spec.version', first?.name, faults.join(',')))
  return causes
}

function storedVersionsCauses({ storedVersions, versions }: DefinitionForm, path: string): StatusCause[] {
  if (storedVersions === undefined || storedVersions.length === 0) {
    return [fieldInvalid(path, storedVersions ?? null, 'must have at least one stored version')]
  }
  const missing = new Set(storedVersions)
  const causes: StatusCause[] = []
  for (const { name, storage } of versions) {
    // A name that comes twice is found once, so that its second version is told to be missing.
    if (!missing.delete(name) && storage) {
      causes.push(fieldInvalid(path, storedVersions, `must have the storage version ${name}`))
    }
  }
  for (const [index, stored] of storedVersions.entries()) {
    if (!missing.has(stored)) continue
    const detail = `missing from spec.versions; ${stored} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${stored} and removes ${stored} from status.storedVersions`
    causes.push(fieldInvalid(indexPath(path, index), stored, detail))
  }
  return causes
}

/** Scope and kind are settled when the definition is established, group and plural from the start. */
function immutableCauses(form: DefinitionForm, old: DefinitionForm): StatusCause[] {
  const pairs: [string, string, string][] = [
    ['spec.group', form.group, old.group],
    ['spec.names.plural', form.names.plural, old.names.plural],
  ]
  if (old.established) {
    pairs.unshift(['spec.scope', form.scope, old.scope], ['spec.names.kind', form.names.kind, old.names.kind])
  }
  return pairs
    .filter(([, value, oldValue]) => value !== oldValue)
    .map(([path, value]) => fieldInvalid(path, value, FIELD_IMMUTABLE))
}

function preserveUnknownFieldsCauses(form: DefinitionForm, old: DefinitionForm | undefined): StatusCause[] {
  if (!form.preserveUnknownFields || old?.preserveUnknownFields) return []
  const detail =
    'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead'
  return [fieldInvalid('spec.preserveUnknownFields', true, detail)]
}

function hasInvalidCABundle({ conversion }: DefinitionForm): boolean {
  const bundle = textIn(objectIn(objectIn(conversion?.webhook)?.clientConfig)?.caBundle)
  return bundle !== '' && !isCABundle(bundle)
}
