import {
  fieldForbidden,
  type JsonObject,
  notFound,
  patchRefused,
  patchSchemaOf,
  unsupportedMediaType,
} from '../../machinery/index.ts'
import { conform } from '../admission.ts'
import type { Answer } from '../answer.ts'
import { asKubeObject, BODY_LIMIT, contentTypeOf, readYaml } from '../body.ts'
import type { ResourceContext } from '../context.ts'
import type { ResourceDefinition } from '../definition.ts'
import { patchObject } from '../large-objects.ts'
import { checkFieldManager } from '../managed-fields.ts'
import { checkIdentity } from '../metadata.ts'
import { readDryRun, readFieldValidation } from '../options.ts'
import { presentObject } from '../read.ts'
import type { PatchKind } from '../side-tasks.ts'
import { APPLY_PATCH, apply } from './apply.ts'
import { attempt, groupResource } from './attempt.ts'
import { mergeSubmitted, replace, subresourceOf } from './update.ts'

const JSON_PATCH = 'application/json-patch+json'
const MERGE_PATCH = 'application/merge-patch+json'
const STRATEGIC_MERGE_PATCH = 'application/strategic-merge-patch+json'

export async function patch(context: ResourceContext): Promise<Answer> {
  if (contentTypeOf(context) === APPLY_PATCH) return apply(context)
  const { definition, info, query, parts, cluster } = context
  const dryRun = readDryRun(query.getAll('dryRun'), 'PatchOptions')
  const validation = readFieldValidation(query, 'PatchOptions')
  const forced = query.has('force') ? [fieldForbidden('force', 'may not be specified for non-apply patch')] : []
  checkFieldManager(query, 'PatchOptions', forced)
  const subresource = subresourceOf(context)
  const kind = patchKind(definition, contentTypeOf(context))
  // As upstream, a patch may be written in YAML.
  const body = await context.request.body(BODY_LIMIT)
  const instructions = await readYaml(body)
  return attempt(context, info.name, async () => {
    const current = await parts.reader.get(definition, cluster, info.namespace, info.name)
    if (current === undefined) throw notFound(groupResource(context), info.name)
    const old = presentObject(definition, current, cluster)
    const base = subresource?.read === undefined ? old : subresource.read(old)
    const bytes = { patch: body.length, row: current.value.length }
    const patched = await patchObject(kind, base as unknown as JsonObject, instructions, bytes)
    if (!patched.ok) throw patchRefused(patched.error.code, patched.error.message)
    const submitted = asKubeObject(patched.value as Record<string, unknown>)
    if (subresource?.read === undefined) {
      checkIdentity(definition, submitted, info.namespace, info.name)
      conform(definition, submitted, validation, context.warnings)
    }
    const given = submitted.metadata.resourceVersion ?? ''
    const object = mergeSubmitted(submitted, old, subresource, context)
    return replace(context, { object, old, current, given, dryRun })
  })
}

function patchKind({ group, version, names, builtIn }: ResourceDefinition, contentType: string): PatchKind {
  const kind = { group, version, kind: names.kind }
  if (contentType === JSON_PATCH) return { type: 'json', ...kind }
  if (contentType === MERGE_PATCH) return { type: 'merge', ...kind }
  const hasStrategic = builtIn && patchSchemaOf(group, version, names.kind) !== undefined
  if (contentType === STRATEGIC_MERGE_PATCH && hasStrategic) return { type: 'strategic', ...kind }
  throw unsupportedMediaType(contentType, [
    JSON_PATCH,
    MERGE_PATCH,
    ...(builtIn ? [STRATEGIC_MERGE_PATCH] : []),
    APPLY_PATCH,
  ])
}
