import { isStatus } from '../../machinery/index.ts'
import type { Answer, AnsweredRow } from '../answer.ts'
import { readOptions } from '../body.ts'
import type { ResourceContext } from '../context.ts'
import { readLimit } from '../list-options.ts'
import { readDeleteOptions, sentDeleteOptions } from '../options.ts'
import { presentObject } from '../read.ts'
import { readSelection } from '../selection.ts'
import { deleteNamed } from './delete.ts'
import { listRows } from './list.ts'

/**
 * How many objects are deleted at a time (upstream's --delete-collection-workers). What comes back from the writer together is gone
 * on with in one turn of the event loop: others wait for as many deletions.
 */
const WORKERS = 2

/** Deletes what a list of the same request shows; one that is gone meanwhile counts as deleted. */
export async function deleteCollection(context: ResourceContext): Promise<Answer> {
  const { definition, cluster } = context
  const body = await readOptions(context)
  const options = readDeleteOptions(body, context.query)
  const sent = sentDeleteOptions(body, context.query)
  const { rows, metadata } = await listRows(context, {
    selection: readSelection(context),
    limit: readLimit(context.query),
  })
  const queue = rows.values()
  let failed = false
  await Promise.all(Array.from({ length: Math.min(WORKERS, rows.length) }, () => work(queue)))
  return { type: 'list', definition, rows, metadata }

  async function work(remaining: Iterable<AnsweredRow>): Promise<void> {
    for (const row of remaining) {
      if (failed) return
      const { metadata: found } = presentObject(definition, row, cluster)
      try {
        await deleteNamed(context, found.namespace ?? '', found.name ?? '', { ...options, sent })
      } catch (error) {
        if (isStatus(error, 'NotFound')) continue
        failed = true
        throw error
      }
    }
  }
}
