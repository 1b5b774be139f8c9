/** One handler a verb. */
import { badRequest, methodNotAllowed, methodNotRouted, notFound, resourceNotServed } from '../../machinery/index.ts'
import type { Answer } from '../answer.ts'
import { convertingStore } from '../apiextensions/converting-reader.ts'
import type { ResourceContext } from '../context.ts'
import { ALL_CLUSTERS } from '../keys.ts'
import { OBJECTS_DEFINITION } from '../lifecycle.ts'
import { create } from './create.ts'
import { deleteOne } from './delete.ts'
import { deleteCollection } from './delete-collection.ts'
import { get } from './get.ts'
import { list } from './list.ts'
import { listObjects } from './objects.ts'
import { patch } from './patch.ts'
import { createSubresource, getSubresource } from './subresource.ts'
import { notAllowed, update } from './update.ts'
import { watch } from './watch.ts'

type VerbHandler = (context: ResourceContext) => Promise<Answer>

const HANDLERS: Readonly<Record<string, VerbHandler>> = {
  create,
  get,
  list,
  watch,
  update,
  patch,
  delete: deleteOne,
  deletecollection: deleteCollection,
}

const NEEDS_NAME = new Set(['update', 'patch'])

const SUBRESOURCE_HANDLERS: Readonly<Record<string, VerbHandler>> = {
  create: createSubresource,
  get: getSubresource,
  update,
  patch,
}

export function handle(context: ResourceContext): Promise<Answer> {
  const { definition, info, cluster } = context
  const resource = { group: definition.group, resource: definition.names.plural }
  if (cluster === ALL_CLUSTERS && info.verb !== 'list' && info.verb !== 'watch') {
    throw methodNotAllowed(resource, `${info.verb} in the logical cluster "*"`)
  }
  if (info.subresource !== '') {
    if (!Object.hasOwn(definition.subresources, info.subresource)) {
      throw definition.builtIn ? resourceNotServed() : notFound(resource, info.name)
    }
    const handler = SUBRESOURCE_HANDLERS[info.verb]
    if (handler === undefined) throw notAllowed(context)
    return handler(context)
  }
  if (definition === OBJECTS_DEFINITION && info.verb === 'list') return listObjects(context)
  if (info.name === '' && NEEDS_NAME.has(info.verb) && !definition.builtIn) throw badRequest('name must be provided')
  if (info.name === '' ? NEEDS_NAME.has(info.verb) : info.verb === 'create') throw methodNotRouted()
  const handler = HANDLERS[info.verb]
  if (handler === undefined || !definition.verbs.includes(info.verb as never)) throw notAllowed(context)
  return handler(info.verb === 'watch' ? withConvertedChanges(context) : context)
}

/** A watcher sees one version, whatever versions rows are written in. */
function withConvertedChanges(context: ResourceContext): ResourceContext {
  const { definition, cluster, parts } = context
  if (definition.conversion === undefined) return context
  return { ...context, parts: { ...parts, store: convertingStore(parts.store, definition, cluster, parts.convert) } }
}
