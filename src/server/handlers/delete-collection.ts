import { isStatus } from '../../machinery/index.ts'
import type { Answer } from '../answer.ts'
import { readOptions } from '../body.ts'
import type { ResourceContext } from '../context.ts'
import { readLimit } from '../list-options.ts'
import { readDeleteOptions, sentDeleteOptions } from '../options.ts'
import { presentObject } from '../read.ts'
import { createRests } from '../rest.ts'
import { readSelection } from '../selection.ts'
import { deleteNamed } from './delete.ts'
import { listRows } from './list.ts'

/** So many are deleted without a rest. */
const AT_ONCE = 100

/**
 * Deletes what a list of the same request shows; one that is gone meanwhile counts as deleted. One after the other, as upstream by
 * default (--delete-collection-workers): what several wait for comes back from the writer together, and would be gone on with in
 * one turn of the event loop. Where they are many, others have as much of the loop.
 */
export async function deleteCollection(context: ResourceContext): Promise<Answer> {
  const { definition, cluster } = context
  const body = await readOptions(context)
  const options = readDeleteOptions(body, context.query)
  const sent = sentDeleteOptions(body, context.query)
  const { rows, metadata } = await listRows(context, {
    selection: readSelection(context),
    limit: readLimit(context.query),
  })
  const rest = createRests(context.request.signal, AT_ONCE)
  for (const row of rows) {
    const { metadata: found } = presentObject(definition, row, cluster)
    try {
      await deleteNamed(context, found.namespace ?? '', found.name ?? '', { ...options, sent })
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error
    }
    await rest()
  }
  return { type: 'list', definition, rows, metadata }
}
