/** PATCH with application/apply-patch+yaml: server-side apply (apiserver/pkg/endpoints/handlers/patch.go). */
import {
  applyConflict,
  applyMistyped,
  badRequest,
  conflict,
  conflictCauses,
  conflictMessage,
  duplicatesError,
  fieldInvalid,
  fieldRequired,
  invalid,
  isStatus,
  type KubeObject,
  notFound,
  unsupportedMediaType,
} from '../../machinery/index.ts'
import { conformSubmitted, type FieldValidation } from '../admission.ts'
import type { Answer } from '../answer.ts'
import { BODY_LIMIT } from '../body.ts'
import { expectedKind } from '../built-in-body.ts'
import { operationContext, type ResourceContext } from '../context.ts'
import { applied as appliedTo, judgeBySchema, presentRow } from '../large-objects.ts'
import { checkFieldManager, fieldManagerOf, withoutClusterAnnotation } from '../managed-fields.ts'
import { checkIdentity } from '../metadata.ts'
import { readDryRun, readFieldValidation } from '../options.ts'
import type { SeenRow } from '../read.ts'
import { isTrue } from '../route.ts'
import { LostRace } from '../write.ts'
import { type Configuration, readConfiguration } from './apply-configuration.ts'
import { applyScale } from './apply-scale.ts'
import { attempt, groupResource } from './attempt.ts'
import { createObject } from './create.ts'
import { mergeSubmitted, replace, requireCreate, subresourceOf } from './update.ts'

export const APPLY_PATCH = 'application/apply-patch+yaml'
/** How subresources of another shape than the object's may be patched. */
const OTHER_SHAPES = ['application/json-patch+json', 'application/merge-patch+json']

export async function apply(request: ResourceContext): Promise<Answer> {
  const { definition, info, query, parts, cluster } = request
  const name = query.get('fieldManager') ?? ''
  const required = name === '' ? [fieldRequired('fieldManager', 'is required for apply patch')] : []
  checkFieldManager(query, 'PatchOptions', required)
  const options = {
    dryRun: readDryRun(query.getAll('dryRun'), 'PatchOptions'),
    validation: readFieldValidation(query, 'PatchOptions'),
    force: isTrue(query.get('force')),
  }
  // Who owns what is settled here: the write that follows does not settle it again.
  const context: ResourceContext = { ...request, settled: true }
  const subresource = subresourceOf(request)
  if (subresource?.replicasPath !== undefined) return applyScale(context, subresource, name, options)
  if (subresource?.read !== undefined) throw unsupportedMediaType(APPLY_PATCH, OTHER_SHAPES)
  const { object: config, duplicates } = await readConfig(request, await request.request.body(BODY_LIMIT))
  return attempt(context, info.name, async () => {
    const current = await parts.reader.get(definition, cluster, info.namespace, info.name)
    const write = { context, config, duplicates, ...options }
    return current === undefined ? createApplied(write, name) : updateApplied(write, name, current)
  })
}

interface Apply {
  readonly context: ResourceContext
  readonly config: KubeObject
  readonly duplicates: readonly string[]
  readonly force: boolean
  readonly dryRun: boolean
  readonly validation: FieldValidation
}

async function readConfig({ definition, info }: ResourceContext, body: Buffer): Promise<Configuration> {
  const config = await readConfiguration(body, expectedKind(definition, ''))
  const { object } = config
  if ((object.metadata.name ?? '') === '') {
    throw badRequest(`the name of the object (${info.name} based on URL) was undeterminable: name must be provided`)
  }
  return config
}

async function createApplied(write: Apply, name: string): Promise<Answer> {
  const { context, config, dryRun } = write
  const { definition, info } = context
  if (info.subresource !== '') throw notFound(groupResource(context), info.name)
  await requireCreate(context)
  const object = await applied(write, name, undefined)
  checkIdentity(definition, object, info.namespace, info.name)
  const { uid = '' } = config.metadata
  if (uid !== '') {
    const message = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
    throw conflict(groupResource(context), info.name, message)
  }
  try {
    return await createObject(context, object, dryRun)
  } catch (error) {
    // Someone else was quicker: what there is now is applied to.
    throw isStatus(error, 'AlreadyExists') ? new LostRace() : error
  }
}

async function updateApplied(write: Apply, name: string, current: SeenRow): Promise<Answer> {
  const { context, config, dryRun } = write
  const { definition, info, cluster } = context
  const old = await presentRow(definition, current, cluster)
  const { uid = '' } = config.metadata
  if (uid !== '' && uid !== old.metadata.uid) {
    const cause = fieldInvalid('metadata.uid', uid, 'field is immutable')
    throw invalid({ group: definition.group, kind: definition.names.kind }, info.name, [cause, cause])
  }
  const submitted = await applied(write, name, old)
  checkIdentity(definition, submitted, info.namespace, info.name)
  const object = await mergeSubmitted(submitted, old, subresourceOf(context), context)
  if (submitted.metadata.managedFields === undefined) delete object.metadata.managedFields
  else object.metadata.managedFields = submitted.metadata.managedFields
  return replace(context, { object, old, current, given: config.metadata.resourceVersion ?? '', dryRun })
}

/** The object as the configuration wants it; refuses what would take fields from others. */
async function applied(write: Apply, name: string, old: KubeObject | undefined): Promise<KubeObject> {
  const { context, config, duplicates, force, dryRun, validation } = write
  const { definition, info } = context
  const manager = await fieldManagerOf(definition, name, config, old, operationContext(context, info.name, dryRun))
  const live = old === undefined ? undefined : withoutClusterAnnotation(old)
  const outcome = await appliedTo(manager, live, withoutClusterAnnotation(config), { force, definition, validation })
  if (outcome.type === 'refused') throw badRequest(outcome.message)
  if (outcome.type === 'mistyped') throw applyMistyped(outcome.message)
  if (outcome.type === 'conflicts') {
    throw applyConflict(conflictMessage(outcome.conflicts), conflictCauses(outcome.conflicts))
  }
  if (duplicates.length > 0 && validation === 'Strict') {
    throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${duplicatesError(duplicates)}`)
  }
  if (validation === 'Warn') context.warnings.push(...duplicates)
  const { object, faults, restored } = outcome
  conformSubmitted(definition, { object, faults, conformed: true }, validation, context.warnings)
  if (restored) await judgeBySchema(definition, object, context)
  return object
}
