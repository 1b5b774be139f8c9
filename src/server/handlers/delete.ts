import { conflict, type JsonObject, type KubeObject, notFound } from '../../machinery/index.ts'
import { admitDelete } from '../admission/admit-by-plugins.ts'
import type { Answer } from '../answer.ts'
import { readOptions } from '../body.ts'
import { operationContext, type ResourceContext } from '../context.ts'
import { timestamp } from '../metadata.ts'
import { type DeleteOptions, readDeleteOptions, sentDeleteOptions } from '../options.ts'
import { presentObject, type SeenRow } from '../read.ts'
import { type Written, writeChange } from '../write.ts'
import { attempt, groupResource } from './attempt.ts'
import { finalizersForDeletion, hasPendingFinalizers } from './finalizers.ts'

export async function deleteOne(context: ResourceContext): Promise<Answer> {
  const { definition, info, cluster } = context
  const body = await readOptions(context)
  const options = readDeleteOptions(body, context.query)
  const sent = sentDeleteOptions(body, context.query)
  const removal = await deleteNamed(context, info.namespace, info.name, { ...options, sent })
  if (!removal.gone || definition.returnsDeleted === true)
    return { type: 'row', status: 200, definition, cluster, row: removal.row }
  return { type: 'status', status: 200, object: success(context, removal.uid) }
}

export type Removal =
  | { readonly gone: true; readonly uid: string; readonly row: SeenRow }
  | { readonly gone: false; readonly row: SeenRow | (Written & { key: string }) }

export async function deleteNamed(
  context: ResourceContext,
  namespace: string,
  name: string,
  options: DeleteOptions & { readonly sent: JsonObject },
): Promise<Removal> {
  const { definition, cluster, parts } = context
  return attempt(context, name, async () => {
    const current = await parts.reader.get(definition, cluster, namespace, name)
    if (current === undefined) throw notFound(groupResource(context), name)
    const old = presentObject(definition, current, cluster)
    checkPreconditions(context, old, name, options)
    const asked = operationContext(context, name, options.dryRun)
    const operation = { ...asked, request: { ...asked.request, deleteOptions: options.sent } }
    await admitDelete(definition, old, context.info.name, operation)
    await definition.strategy.admit?.({ type: 'delete', old }, operation)
    const target = { definition, context: operation, reader: parts.reader }
    const marked = markDeleted(old, options, parts.now())
    definition.strategy.prepareForDelete?.(marked, operation)
    if (!hasPendingFinalizers(definition, marked)) {
      const isWritten = !current.virtual || definition.strategy.renewed === true
      const { version } = isWritten ? await writeChange(target, { type: 'delete', old }, current) : current
      return { gone: true, uid: old.metadata.uid ?? '', row: { ...current, version } }
    }
    if (isSame(marked, old)) return { gone: false, row: current }
    const row = await writeChange(target, { type: 'update', object: marked, old, subresource: '' }, current)
    return { gone: false, row: { key: current.key, ...row } }
  })
}

function markDeleted(old: KubeObject, { propagation }: DeleteOptions, now: number): KubeObject {
  const marked = structuredClone(old)
  const finalizers = finalizersForDeletion(old, propagation)
  if (finalizers.length > 0) marked.metadata.finalizers = finalizers
  else delete marked.metadata.finalizers
  if (marked.metadata.deletionTimestamp === undefined) {
    marked.metadata.deletionTimestamp = timestamp(now)
    marked.metadata.deletionGracePeriodSeconds = 0
    if (marked.metadata.generation !== undefined) marked.metadata.generation += 1
  }
  return marked
}

function isSame(marked: KubeObject, old: KubeObject): boolean {
  const finalizersOf = (object: KubeObject): string => (object.metadata.finalizers ?? []).join()
  return (
    marked.metadata.deletionTimestamp === old.metadata.deletionTimestamp && finalizersOf(marked) === finalizersOf(old)
  )
}

/** apiserver/pkg/registry/rest: the message names both values. */
function checkPreconditions(
  { definition }: ResourceContext,
  old: KubeObject,
  name: string,
  { preconditions }: DeleteOptions,
): void {
  const { uid, resourceVersion } = preconditions
  // As upstream, the message names the kind where others name the resource.
  const kind = { group: definition.group, resource: definition.names.kind }
  if (uid !== undefined && uid !== old.metadata.uid) {
    const message = `the UID in the precondition (${uid}) does not match the UID in record (${old.metadata.uid}). The object might have been deleted and then recreated`
    throw conflict(kind, name, message)
  }
  if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion) {
    const message = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${old.metadata.resourceVersion}). The object might have been modified`
    throw conflict(kind, name, message)
  }
}

function success({ definition, info }: ResourceContext, uid: string): JsonObject {
  const details = {
    name: info.name,
    ...(definition.group !== '' && { group: definition.group }),
    kind: definition.names.plural,
    uid,
  }
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }
}
