/** Removes what is due. */
import type { KubeObject, UserInfo } from '../../machinery/index.ts'
import type { Operation, Row } from '../../storage/index.ts'
import { SYSTEM_MASTERS } from '../authentication/users.ts'
import type { ServerParts } from '../context.ts'
import type { OperationContext, ResourceDefinition } from '../definition.ts'
import { hasPendingFinalizers } from '../handlers/finalizers.ts'
import { ALL_CLUSTERS, rangePrefix } from '../keys.ts'
import { timestamp } from '../metadata.ts'
import { presentObject } from '../read.ts'
import { LostRace, writeChange } from '../write.ts'
import { EXPIRIES, expiryKey, type NotedExpiry, readExpiryKey, SPAN, spanOf } from './expiries.ts'

const BATCH = 100
const AT_A_TIME = 16
/** The longest time that a write gives an object, in spans: so far ahead may it have been noted again. */
const FURTHEST = 24
const ITSELF: UserInfo = { username: 'system:apiserver', groups: [SYSTEM_MASTERS] }

/** How many objects went. */
export async function sweep(
  parts: ServerParts,
  definitions: readonly ResourceDefinition[],
  signal: AbortSignal,
): Promise<number> {
  const present = Math.floor(parts.now() / SPAN)
  let removed = 0
  for (;;) {
    const { rows } = await parts.store.range({ prefix: EXPIRIES, limit: BATCH })
    const due = rows.filter(({ key }) => readExpiryKey(key).span <= present)
    if (due.length === 0 || signal.aborted) return removed
    const rest = due.values()
    const work = async () => {
      for (const { key } of rest) if (await expire(readExpiryKey(key), parts, definitions, signal)) removed++
    }
    await Promise.all(Array.from({ length: AT_A_TIME }, work))
    const operations = due.map(({ key }): Operation => ({ type: 'delete', key }))
    await parts.store.commit({ lane: EXPIRIES, preconditions: [], operations })
  }
}

async function expire(
  noted: NotedExpiry,
  parts: ServerParts,
  definitions: readonly ResourceDefinition[],
  signal: AbortSignal,
): Promise<boolean> {
  const { cluster, key } = noted
  const row = await parts.store.get(key)
  const definition = definitions.find((each) => key.startsWith(rangePrefix(each, ALL_CLUSTERS, '')))
  const expiry = definition?.strategy.expiry
  if (row === undefined || definition === undefined || expiry === undefined) return false
  const object = presentObject(definition, row, cluster)
  const isDue = expiry.isDue?.(object, parts.now()) ?? !(await isNotedLater(noted, parts))
  if (!isDue) return false
  const { namespace = '', name = '' } = object.metadata
  const context: OperationContext = { user: ITSELF, cluster, namespace, name, dryRun: false, services: parts, signal }
  try {
    return await remove(object, { ...row, virtual: false }, { definition, context, reader: parts.reader })
  } catch (error) {
    // Whoever has written it has noted it again.
    if (error instanceof LostRace) return false
    throw error
  }
}

async function isNotedLater({ span, cluster, key }: NotedExpiry, { store, now }: ServerParts): Promise<boolean> {
  for (let later = span + 1; later <= spanOf(now()) + FURTHEST; later++) {
    if ((await store.get(expiryKey(later, cluster, key))) !== undefined) return true
  }
  return false
}

/** Upstream's lease takes an Event away whatever holds it; what a controller deletes waits for its finalizers. */
async function remove(
  object: KubeObject,
  row: Row & { readonly virtual: false },
  target: Parameters<typeof writeChange>[0],
): Promise<boolean> {
  const isLeased = target.definition.strategy.expiry?.isDue === undefined
  if (isLeased || !hasPendingFinalizers(target.definition, object)) {
    await writeChange(target, { type: 'delete', old: object }, row)
    return true
  }
  if (object.metadata.deletionTimestamp !== undefined) return false
  const marked = structuredClone(object)
  marked.metadata.deletionTimestamp = timestamp(target.context.services.now())
  marked.metadata.deletionGracePeriodSeconds = 0
  await writeChange(target, { type: 'update', object: marked, old: object, subresource: '' }, row)
  return true
}
