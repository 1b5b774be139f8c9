import {
  fieldForbidden,
  type JsonObject,
  type KubeObject,
  managedOfScale,
  mediaTypeNotRouted,
  notFound,
  patchRefused,
  patchSchemaOf,
  unsupportedMediaType,
} from '../../machinery/index.ts'
import type { Answer } from '../answer.ts'
import { BODY_LIMIT, contentTypeOf } from '../body.ts'
import { expectedKind } from '../built-in-body.ts'
import type { ResourceContext } from '../context.ts'
import type { ResourceDefinition, Subresource } from '../definition.ts'
import { patchObject, presentRow, readInstructions } from '../large-objects.ts'
import { checkFieldManager } from '../managed-fields.ts'
import { readDryRun, readFieldValidation } from '../options.ts'
import { JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH } from '../patch-instructions.ts'
import type { PatchKind } from '../side-tasks.ts'
import { APPLY_PATCH, apply } from './apply.ts'
import { replicasPaths } from './apply-scale.ts'
import { attempt, groupResource } from './attempt.ts'
import { decodePatched, decodePatchedAs } from './patched-object.ts'
import { givenVersion, mergeSubmitted, replace, subresourceOf } from './update.ts'

export async function patch(context: ResourceContext): Promise<Answer> {
  if (contentTypeOf(context) === APPLY_PATCH) return apply(context)
  const { definition, info, query, parts, cluster } = context
  const dryRun = readDryRun(query.getAll('dryRun'), 'PatchOptions')
  const validation = readFieldValidation(query, 'PatchOptions')
  const forced = query.has('force') ? [fieldForbidden('force', 'may not be specified for non-apply patch')] : []
  checkFieldManager(query, 'PatchOptions', forced)
  const subresource = subresourceOf(context)
  const kind = patchKind(definition, contentTypeOf(context))
  const body = await context.request.body(BODY_LIMIT)
  const { instructions, faults } = await readInstructions(body, contentTypeOf(context))
  const strategic = kind.type === 'strategic' ? instructions : undefined
  return attempt(context, info.name, async () => {
    const current = await parts.reader.get(definition, cluster, info.namespace, info.name)
    if (current === undefined) throw notFound(groupResource(context), info.name)
    const old = await presentRow(definition, current, cluster)
    const base = subresource?.read === undefined ? old : await shownAt(context, subresource, old)
    const bytes = { patch: body.length, row: current.value.length }
    const patchBase = async (): Promise<JsonObject> => {
      const patched = await patchObject(kind, base as unknown as JsonObject, instructions, bytes)
      if (!patched.ok) throw patchRefused(patched.error.code, patched.error.message)
      return patched.value as JsonObject
    }
    const value = await patchBase()
    const patched = { value, again: patchBase, base: base as unknown as JsonObject, strategic, faults }
    const submitted =
      subresource?.read === undefined
        ? await decodePatched(context, patched, validation)
        : await decodePatchedAs(expectedKind(definition, info.subresource), patched)
    const given = givenVersion(submitted)
    const object = await mergeSubmitted(submitted, old, subresource, context)
    return replace(context, { object, old, current, given, dryRun })
  })
}

/** Another shape of the object, with the managers that it has there. */
async function shownAt(context: ResourceContext, subresource: Subresource, old: KubeObject): Promise<KubeObject> {
  const shown = subresource.read?.(old) ?? old
  if (subresource.replicasPath === undefined) return shown
  const managedFields = managedOfScale(old.metadata.managedFields, await replicasPaths(context, subresource))
  if (managedFields.length > 0) shown.metadata.managedFields = managedFields
  return shown
}

function patchKind({ group, version, names, builtIn }: ResourceDefinition, contentType: string): PatchKind {
  const kind = { group, version, kind: names.kind }
  if (contentType === JSON_PATCH) return { type: 'json', ...kind }
  if (contentType === MERGE_PATCH) return { type: 'merge', ...kind }
  const hasStrategic = builtIn && patchSchemaOf(group, version, names.kind) !== undefined
  if (contentType === STRATEGIC_MERGE_PATCH && hasStrategic) return { type: 'strategic', ...kind }
  if (builtIn) throw mediaTypeNotRouted()
  throw unsupportedMediaType(contentType, [JSON_PATCH, MERGE_PATCH, APPLY_PATCH])
}
