import { sleep } from '../../controller/index.ts'
import type { Operation } from '../provider.ts'
import { providerUnreachable } from '../provider-error.ts'
import { courseOf, type Surroundings } from './course.ts'
import { oursOf } from './guard.ts'
import { type ClusterName, TYPE } from './record.ts'

/** How often a deletion is looked at whose end is not known. */
const LOOK_MS = 50

/** The world ends a deletion by itself, whoever looks on: the one who asks for it only says from when on it is gone. */
export async function deleteCluster(
  surroundings: Surroundings,
  cluster: ClusterName,
  { ownerTag, signal, onProgress }: Operation,
): Promise<void> {
  const { world, clock } = surroundings
  const { externalName, uid } = cluster
  const course = courseOf('delete', surroundings, externalName)
  signal.throwIfAborted()
  onProgress?.({ phase: 'deleting', message: `simulated cluster ${externalName}` })
  course.reach('before')
  const goneAt = new Date(clock.now() + (world.control().latency.delete ?? 0)).toISOString()
  world.change(externalName, (current) => {
    if (current?.uid !== uid) return current
    const { state, goneAt: known, ...rest } = oursOf(current, cluster, ownerTag)
    if (state === 'unreachable') throw providerUnreachable(TYPE, `cluster ${externalName} cannot be looked into`)
    if (state === 'deleting' && known !== undefined) return current
    return { ...rest, state: 'deleting', goneAt, message: `gone at ${goneAt}` }
  })
  course.reach('begun')
  for (;;) {
    signal.throwIfAborted()
    const record = world.read(externalName)
    if (record?.uid !== uid) break
    const left = Date.parse(record.goneAt ?? '') - clock.now()
    await sleep(clock, Number.isNaN(left) ? LOOK_MS : Math.max(1, Math.min(left, LOOK_MS)), signal)
  }
  course.reach('after')
}
