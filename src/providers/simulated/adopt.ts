import type { Operation, OwnershipMarks } from '../provider.ts'
import { clusterConflict, clusterGone, providerUnreachable } from '../provider-error.ts'
import { marksOf, TAGS, tagsOf } from '../tags.ts'
import { courseOf, type Surroundings } from './course.ts'
import { inState, oursOf } from './guard.ts'
import { type ClusterName, type ClusterRecord, externalIDOf, TYPE } from './record.ts'

export async function adoptCluster(
  surroundings: Surroundings,
  cluster: ClusterName,
  marks: OwnershipMarks,
  { signal, from }: { signal: AbortSignal; from?: string },
): Promise<ClusterRecord> {
  const { externalName, uid } = cluster
  const course = courseOf('adopt', surroundings, externalName)
  course.reach('before')
  await course.wait(1, signal)
  const record = surroundings.world.change(externalName, (current) => {
    if (current?.uid !== uid) throw clusterGone(externalIDOf(cluster))
    const { ownerTag } = marksOf(current.tags)
    if (ownerTag === marks.ownerTag) return oursOf(current, cluster, ownerTag, marks.identity)
    if (ownerTag !== from) {
      throw clusterConflict(
        cluster,
        ownerTag ? `it belongs to the owner ${ownerTag}` : `it is not of the owner ${from}`,
      )
    }
    const free = inState(current, cluster, 'adopt', ['building', 'ready', 'failed', 'stopped'])
    return { ...free, tags: { ...free.tags, ...tagsOf(marks) } }
  })
  course.reach('after')
  return oursOf(record, cluster, marks.ownerTag)
}

export async function releaseCluster(
  surroundings: Surroundings,
  cluster: ClusterName,
  { ownerTag, signal }: Operation,
): Promise<void> {
  const { externalName, uid } = cluster
  const course = courseOf('release', surroundings, externalName)
  course.reach('before')
  await course.wait(1, signal)
  surroundings.world.change(externalName, (current) => {
    if (current?.uid !== uid || marksOf(current.tags).ownerTag === undefined) return current
    const { tags, ...rest } = oursOf(current, cluster, ownerTag)
    if (rest.state === 'unreachable') throw providerUnreachable(TYPE, `cluster ${externalName} cannot be looked into`)
    const marked: readonly string[] = Object.values(TAGS)
    return { ...rest, tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !marked.includes(key))) }
  })
  course.reach('after')
}
