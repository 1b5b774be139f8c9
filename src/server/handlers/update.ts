import {
  badRequest,
  conflict,
  formatApiVersion,
  invalid,
  type KubeObject,
  methodNotAllowed,
  methodNotRouted,
  notFound,
  OBJECT_MODIFIED,
  quote,
  uncategorized,
} from '../../machinery/index.ts'
import { admitUpdate, conformSubmitted, warnOfRepeatedOwners } from '../admission.ts'
import type { Answer, AnsweredRow } from '../answer.ts'
import { forbiddenBy, resourceAttributes } from '../authorization/attributes.ts'
import { readKubeObject } from '../body.ts'
import { type ExpectedKind, expectedKind } from '../built-in-body.ts'
import { operationContext, type ResourceContext } from '../context.ts'
import type { Subresource } from '../definition.ts'
import { copyField } from '../held-pieces.ts'
import { breathe, copyOf, encodeObject, isEqual, presentRow } from '../large-objects.ts'
import { checkFieldManager, keepTimes } from '../managed-fields.ts'
import { checkIdentity, checkPlace, checkUid } from '../metadata.ts'
import { readDryRun, readFieldValidation } from '../options.ts'
import { tellOtherVersion } from '../other-version.ts'
import { presentObject, type SeenRow } from '../read.ts'
import { servedForm, storedVersion } from '../row.ts'
import { writeChange } from '../write.ts'
import { attempt, groupResource } from './attempt.ts'
import { createObject } from './create.ts'
import { hasPendingFinalizers } from './finalizers.ts'

export async function update(context: ResourceContext): Promise<Answer> {
  const { definition, info, query } = context
  const dryRun = readDryRun(query.getAll('dryRun'), 'UpdateOptions')
  const validation = readFieldValidation(query, 'UpdateOptions')
  checkFieldManager(query, 'UpdateOptions')
  const subresource = subresourceOf(context)
  const isWhole = subresource?.kind === undefined
  const sent = await readKubeObject(context, isWhole ? { schema: definition.schema, validation } : undefined)
  const { object: submitted } = sent
  if (isWhole) {
    await tellOtherVersion(context, sent, validation)
    checkIdentity(definition, submitted, info.namespace, info.name)
  } else checkPlace(definition, submitted, info.namespace, info.name)
  if (isWhole) {
    conformSubmitted(definition, sent, validation, context.warnings)
    await warnOfRepeatedOwners(submitted, false, context.warnings)
  } else checkSubmitted(expectedKind(definition, info.subresource), submitted)
  const given = givenVersion(submitted)
  return attempt(context, info.name, async () => {
    const current = await context.parts.reader.get(definition, context.cluster, info.namespace, info.name)
    if (current === undefined) {
      if (definition.createOnUpdate !== true || subresource !== undefined)
        throw notFound(groupResource(context), info.name)
      await requireCreate(context)
      return createObject(context, await copyOf(submitted), dryRun)
    }
    const old = await presentRow(definition, current, context.cluster)
    checkUid(definition, submitted, old)
    if (subresource?.type !== 'custom' && given === '' && definition.requiresResourceVersion === true)
      throw versionRequired(context)
    const object = await mergeSubmitted(await copyOf(submitted), old, subresource, context)
    return replace(context, { object, old, current, given, dryRun })
  })
}

/** Upstream reads the body into whatever kind it names, and then cannot make a Scale of it. */
function checkSubmitted({ group, version, kind }: ExpectedKind, submitted: KubeObject): void {
  if (submitted.kind === kind && submitted.apiVersion === formatApiVersion({ group, version })) return
  throw badRequest(`no kind is registered for the type ${version}.${kind} in scheme "pkg/runtime/scheme.go:111"`)
}

/** An update or apply that creates is a create, too (apiserver/pkg/endpoints/handlers/update.go, withAuthorization). */
export async function requireCreate({ definition, cluster, info, user, parts }: ResourceContext): Promise<void> {
  const { namespace, name } = info
  const resource = { cluster, group: definition.group, resource: definition.names.plural, namespace, name }
  if (await parts.permits(user, 'create', resource)) return
  const refused = { allowed: false, denied: false, reason: '' }
  throw forbiddenBy(resourceAttributes({ user, verb: 'create', ...resource }), refused)
}

export function subresourceOf(context: ResourceContext): Subresource | undefined {
  const { definition, info } = context
  if (info.subresource === '') return undefined
  const subresource = definition.subresources[info.subresource]
  if (subresource === undefined)
    throw notFound({ group: definition.group, resource: definition.names.plural }, info.name)
  if (!subresource.verbs.includes(info.verb as never)) {
    throw notAllowed(context)
  }
  return subresource
}

/** Upstream routes built-in resources by method, and custom ones by a handler that names the resource. */
export function notAllowed({ definition, info }: ResourceContext): Error {
  const { builtIn, group, names } = definition
  return builtIn ? methodNotRouted() : methodNotAllowed({ group, resource: names.plural }, info.verb)
}

/** What the whole object becomes when a subresource is written. */
export async function mergeSubmitted(
  submitted: KubeObject,
  old: KubeObject,
  subresource: Subresource | undefined,
  context: ResourceContext,
): Promise<KubeObject> {
  if (subresource === undefined) return submitted
  const merged = await copyOf(old)
  if (subresource.type === 'custom') {
    return subresource.update?.(submitted, merged, operationContext(context, context.info.name, false)) ?? merged
  }
  copyField(submitted, merged, 'status')
  if (subresource.writesMetadata === true) merged.metadata = submitted.metadata
  // One that is not the stored one's is refused with the whole object.
  const { uid = '' } = submitted.metadata
  if (uid !== '') merged.metadata.uid = uid
  return merged
}

/** The resourceVersion that the client insists on; '' for none, which 0 is, too. */
export function givenVersion({ metadata: { resourceVersion = '' } }: KubeObject): string {
  return resourceVersion === '0' ? '' : resourceVersion
}

/** As upstream, the message names the resource where others name the kind. */
function versionRequired(context: ResourceContext): Error {
  const { group, names } = context.definition
  const message = 'Invalid value: 0: must be specified for an update'
  const causes = [{ reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' }]
  return invalid({ group, kind: names.plural }, context.info.name, causes)
}

export interface Replacement {
  readonly object: KubeObject
  readonly old: KubeObject
  readonly current: SeenRow
  /** The resourceVersion that the client insists on; '' for none. */
  readonly given: string
  readonly dryRun: boolean
}

/** Stores `object` in place of `old`, or removes it when that was the last finalizer of an object being deleted. */
export async function replace(context: ResourceContext, replacement: Replacement): Promise<Answer> {
  const { definition, cluster } = context
  const row = await replaceRow(context, replacement)
  const read = subresourceOf(context)?.read
  if (read === undefined) return { type: 'row', status: 200, definition, cluster, row }
  return { type: 'object', status: 200, object: read(presentObject(definition, row, cluster)) }
}

async function replaceRow(
  context: ResourceContext,
  { object, old, current, given, dryRun }: Replacement,
): Promise<AnsweredRow> {
  const { definition, info, parts } = context
  if (given !== '' && given !== String(current.version)) {
    if (!/^\d+$/.test(given)) throw uncategorized(`strconv.ParseUint: parsing ${quote(given)}: invalid syntax`)
    throw conflict(groupResource(context), info.name, OBJECT_MODIFIED)
  }
  const operation = operationContext(context, info.name, dryRun)
  await admitUpdate(definition, object, old, info.subresource, operation)
  const target = { definition, context: operation, reader: parts.reader }
  if (old.metadata.deletionTimestamp !== undefined && !hasPendingFinalizers(definition, object)) {
    const { value } = await writeChange(target, { type: 'delete', old: object }, current)
    return { key: current.key, value, version: current.version }
  }
  await breathe(object)
  await keepTimes(object, old)
  if (await isUnchanged(context, object, old, current)) return current
  await breathe(object)
  const change = { type: 'update', object, old, subresource: info.subresource } as const
  return { key: current.key, ...(await writeChange(target, change, current)) }
}

/** A write that changes nothing is answered without one, unless it brings the row into the storage version. */
async function isUnchanged(
  { definition }: ResourceContext,
  object: KubeObject,
  old: KubeObject,
  current: SeenRow,
): Promise<boolean> {
  if (!(await isEqual(object, object, old))) return false
  const form = definition.conversion === undefined ? definition : servedForm(definition)
  if ((await encodeObject(form, object)).length !== current.value.length) return false
  const { group, storageVersion } = definition.storedForm?.definition ?? definition
  return storedVersion(current.value) === formatApiVersion({ group, version: storageVersion })
}
