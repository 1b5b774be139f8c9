import { admitAnswered } from '../admission/admit-by-plugins.ts'
import { conformSubmitted } from '../admission.ts'
import type { Answer } from '../answer.ts'
import { readKubeObject } from '../body.ts'
import { operationContext, type ResourceContext } from '../context.ts'
import { checkFieldManager } from '../managed-fields.ts'
import { checkIdentity, checkPlace } from '../metadata.ts'
import { readDryRun, readFieldValidation } from '../options.ts'
import { presentObject } from '../read.ts'
import { requireRow } from './get.ts'
import { notAllowed, subresourceOf } from './update.ts'

/** GET of a subresource: the object itself, or the other shape that the subresource shows (Scale). */
export async function getSubresource(context: ResourceContext): Promise<Answer> {
  const { definition, cluster } = context
  const row = await requireRow(context)
  const read = subresourceOf(context)?.read
  if (read === undefined) return { type: 'row', status: 200, definition, cluster, row }
  return { type: 'object', status: 200, object: read(presentObject(definition, row, cluster)) }
}

/** POST to a subresource: something is made from the object (a token), which is not stored. */
export async function createSubresource(context: ResourceContext): Promise<Answer> {
  const { definition, info, query } = context
  const subresource = subresourceOf(context)
  if (subresource?.create === undefined) {
    throw notAllowed(context)
  }
  const dryRun = readDryRun(query.getAll('dryRun'), 'CreateOptions')
  const validation = readFieldValidation(query, 'CreateOptions')
  checkFieldManager(query, 'CreateOptions')
  await requireRow(context)
  const sent = await readKubeObject(context)
  const { object: submitted } = sent
  if (subresource.submitted === undefined) checkPlace(definition, submitted, info.namespace, info.name)
  else {
    checkIdentity(subresource.submitted, submitted, info.namespace, '')
    conformSubmitted(subresource.submitted, sent, validation, context.warnings)
  }
  const operation = operationContext(context, info.name, dryRun)
  const admitted = await admitAnswered(definition, submitted, operation)
  return { type: 'object', status: 201, object: await subresource.create(admitted, operation) }
}
