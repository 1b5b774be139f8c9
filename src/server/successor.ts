/** An object that exists by itself, where it comes back as another one: what was bound to the deleted one stays void. */
import type { KubeObject } from '../machinery/index.ts'
import { TERMINATING } from './birth.ts'
import { epochKey } from './keys.ts'
import { timestamp } from './metadata.ts'
import { presentObject } from './read.ts'
import { encodeRow } from './row.ts'
import { virtualNames } from './virtual.ts'
import type { WriteTarget } from './write.ts'

/** The row that takes the place of a deleted object; undefined where none does, or where everything is ending. */
export async function successorOf(
  { definition, context, reader }: WriteTarget,
  { metadata: { namespace = '', name = '' } }: KubeObject,
): Promise<Buffer | undefined> {
  if (definition.strategy.renewed !== true || !virtualNames(definition).has(name)) return undefined
  const { cluster, services } = context
  const epochs = await Promise.all(
    [epochKey(cluster), epochKey(cluster, namespace)].map((key) => services.store.get(key)),
  )
  if (epochs.some((epoch) => epoch?.value.toString() === TERMINATING)) return undefined
  const rows = (await reader.virtual(definition, cluster))?.in(namespace) ?? []
  const object = rows
    .map((row) => presentObject(definition, row, cluster))
    .find(({ metadata }) => metadata.name === name)
  if (object === undefined) return undefined
  object.metadata.uid = services.random.uid()
  object.metadata.creationTimestamp = timestamp(services.now())
  return encodeRow(definition, object)
}
