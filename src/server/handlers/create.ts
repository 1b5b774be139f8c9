import { alreadyExists, badRequest, type KubeObject } from '../../machinery/index.ts'
import { admitCreate, conform } from '../admission.ts'
import type { Answer } from '../answer.ts'
import { readKubeObject } from '../body.ts'
import { operationContext, type ResourceContext } from '../context.ts'
import { checkIdentity } from '../metadata.ts'
import { readDryRun, readFieldValidation } from '../options.ts'
import { writeChange } from '../write.ts'
import { attempt, groupResource } from './attempt.ts'

/** How often a generated name that is taken is drawn again (upstream's RetryGenerateName). */
const NAME_ATTEMPTS = 8

export async function create(context: ResourceContext): Promise<Answer> {
  const { definition, info, query } = context
  const dryRun = readDryRun(query.getAll('dryRun'), 'CreateOptions')
  const validation = readFieldValidation(query, 'CreateOptions')
  const object = await readKubeObject(context, definition.builtIn)
  checkIdentity(definition, object, info.namespace, '')
  if ((object.metadata.resourceVersion ?? '') !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created')
  }
  conform(definition, object, validation, context.warnings)
  return createObject(context, object, dryRun)
}

/** `object` is one that conforms to its schema; it is changed. */
export async function createObject(context: ResourceContext, object: KubeObject, dryRun: boolean): Promise<Answer> {
  const { definition, cluster } = context
  const { answer } = definition.strategy
  if (answer !== undefined) {
    const operation = operationContext(context, object.metadata.name ?? '', dryRun)
    return { type: 'object', status: 201, object: await answer(object, operation) }
  }
  const generated = (object.metadata.name ?? '') === ''
  for (let tries = 1; ; tries++) {
    const candidate = generated && tries < NAME_ATTEMPTS ? structuredClone(object) : object
    const operation = operationContext(context, candidate.metadata.name ?? '', dryRun)
    await admitCreate(definition, candidate, operation)
    const name = candidate.metadata.name ?? ''
    const { reader } = context.parts
    const row = await attempt(context, name, async () => {
      const existing = await reader.get(definition, cluster, candidate.metadata.namespace ?? '', name)
      if (existing !== undefined) return undefined
      return writeChange({ definition, context: operation, reader }, { type: 'create', object: candidate }, undefined)
    })
    if (row !== undefined) return { type: 'row', status: 201, definition, cluster, row: { key: '', ...row } }
    if (!generated || tries >= NAME_ATTEMPTS) throw alreadyExists(groupResource(context), name)
  }
}
