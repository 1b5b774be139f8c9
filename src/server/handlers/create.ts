import { alreadyExists, isStatus, type KubeObject, type StatusError, unreadable } from '../../machinery/index.ts'
import { admitAnswered } from '../admission/admit-by-plugins.ts'
import { admitCreate, conformSubmitted, warnOfRepeatedOwners } from '../admission.ts'
import type { Answer } from '../answer.ts'
import { readKubeObject } from '../body.ts'
import { operationContext, type ResourceContext } from '../context.ts'
import type { OperationContext } from '../definition.ts'
import { breathe, copyOf } from '../large-objects.ts'
import { checkFieldManager } from '../managed-fields.ts'
import { checkIdentity } from '../metadata.ts'
import { readDryRun, readFieldValidation } from '../options.ts'
import { tellOtherVersion } from '../other-version.ts'
import { presentObject } from '../read.ts'
import { virtualNames } from '../virtual.ts'
import { type Written, writeChange } from '../write.ts'
import { attempt, groupResource } from './attempt.ts'

/** How often a generated name that is taken is drawn again (upstream's RetryGenerateName). */
const NAME_ATTEMPTS = 8

export async function create(context: ResourceContext): Promise<Answer> {
  const { definition, info, query } = context
  const dryRun = readDryRun(query.getAll('dryRun'), 'CreateOptions')
  const validation = readFieldValidation(query, 'CreateOptions')
  checkFieldManager(query, 'CreateOptions')
  const submitted = await readKubeObject(context, { schema: definition.schema, validation })
  const { object } = submitted
  await tellOtherVersion(context, submitted, validation)
  checkIdentity(definition, object, info.namespace, '')
  if ((object.metadata.resourceVersion ?? '') !== '') {
    throw unreadable('resourceVersion should not be set on objects to be created')
  }
  conformSubmitted(definition, submitted, validation, context.warnings)
  await warnOfRepeatedOwners(object, false, context.warnings)
  return createObject(context, object, dryRun)
}

/** `object` is one that conforms to its schema; it is changed. */
export async function createObject(context: ResourceContext, object: KubeObject, dryRun: boolean): Promise<Answer> {
  const { definition, cluster } = context
  const { answer } = definition.strategy
  if (answer !== undefined) {
    const operation = operationContext(context, object.metadata.name ?? '', dryRun)
    const admitted = await admitAnswered(definition, object, operation)
    return { type: 'object', status: 201, object: await answer(admitted, operation) }
  }
  const generated = (object.metadata.name ?? '') === ''
  for (let tries = 1; ; tries++) {
    const candidate = generated && tries < NAME_ATTEMPTS ? await copyOf(object) : object
    const operation = operationContext(context, candidate.metadata.name ?? '', dryRun)
    await admitCreate(definition, candidate, operation)
    const name = candidate.metadata.name ?? ''
    try {
      const row = await attempt(context, name, () => insert(context, candidate, operation))
      return { type: 'row', status: 201, definition, cluster, row: { key: '', ...row } }
    } catch (error) {
      if (!generated || tries >= NAME_ATTEMPTS || !isStatus(error, 'AlreadyExists')) throw error
    }
  }
}

async function insert(context: ResourceContext, object: KubeObject, operation: OperationContext): Promise<Written> {
  const { definition, cluster, parts } = context
  const { namespace = '', name = '' } = object.metadata
  // The writer itself refuses a key that is there; only what has no row, or will not be written, is looked up first.
  if (virtualNames(definition).has(name) || operation.dryRun) {
    const existing = await parts.reader.get(definition, cluster, namespace, name)
    if (existing !== undefined) throw alreadyExists(groupResource(context), name)
  }
  await breathe(object)
  try {
    const target = { definition, context: operation, reader: parts.reader }
    return await writeChange(target, { type: 'create', object }, undefined)
  } catch (error) {
    if (isStatus(error, 'AlreadyExists')) await tellDeletion(context, error, namespace, name)
    throw error
  }
}

/** Upstream says when what is in the way is on its way out (registry/generic/registry/store.go, Create). */
async function tellDeletion(
  { definition, cluster, parts }: ResourceContext,
  error: StatusError,
  namespace: string,
  name: string,
): Promise<void> {
  const existing = await parts.reader.get(definition, cluster, namespace, name)
  if (existing === undefined) return
  const { metadata } = presentObject(definition, existing, cluster)
  if (metadata.deletionTimestamp === undefined) return
  error.status.message = `object is being deleted: ${error.status.message}`
}
