import { notFound } from '../../machinery/index.ts'
import type { Answer } from '../answer.ts'
import type { ResourceContext } from '../context.ts'
import { readVersion } from '../options.ts'
import type { SeenRow } from '../read.ts'
import { awaitVersion } from '../resource-version.ts'
import { groupResource } from './attempt.ts'

export async function get(context: ResourceContext): Promise<Answer> {
  const { definition, cluster, query, parts, request } = context
  await awaitVersion(parts.store, readVersion(query.get('resourceVersion')), request.signal)
  return { type: 'row', status: 200, definition, cluster, row: await requireRow(context) }
}

/** The row that the URL names, or 404. */
export async function requireRow(context: ResourceContext): Promise<SeenRow> {
  const { definition, cluster, info, parts } = context
  const row = await parts.reader.get(definition, cluster, info.namespace, info.name)
  if (row === undefined) throw notFound(groupResource(context), info.name)
  return row
}
