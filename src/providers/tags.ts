import { formatIdentity, parseIdentity } from './identity.ts'
import type { ObservedCluster, OwnershipMarks } from './provider.ts'

/** The keys under which marks are written, whatever the world calls them: labels, tags or annotations. */
export const TAGS = {
  owner: 'keelson-owner',
  id: 'keelson-id',
  manifestDigest: 'keelson-manifest-digest',
  run: 'keelson-run',
} as const

export function tagsOf({ ownerTag, identity, manifestDigest, run }: OwnershipMarks): Record<string, string> {
  return {
    [TAGS.owner]: ownerTag,
    [TAGS.id]: formatIdentity(identity),
    [TAGS.manifestDigest]: manifestDigest,
    [TAGS.run]: run,
  }
}

type ReadMarks = Pick<ObservedCluster, 'ownerTag' | 'identity' | 'manifestDigest' | 'run'>

/** What tags say. An empty owner is no owner; an id that is not one of ours is left out. */
export function marksOf(tags: Readonly<Record<string, string>>): ReadMarks {
  const { [TAGS.owner]: owner, [TAGS.id]: id, [TAGS.manifestDigest]: digest, [TAGS.run]: run } = tags
  const identity = id === undefined ? undefined : parseIdentity(id)
  return {
    ...(owner ? { ownerTag: owner } : {}),
    ...(identity?.ok ? { identity: identity.value } : {}),
    ...(digest ? { manifestDigest: digest } : {}),
    ...(run ? { run } : {}),
  }
}

export type Ownership = 'ours' | 'other' | 'untagged'

/** Whose a cluster is, seen by the holder of `ownerTag`. */
export function ownershipOf(cluster: Pick<ObservedCluster, 'ownerTag'>, ownerTag: string): Ownership {
  if (cluster.ownerTag === undefined) return 'untagged'
  return cluster.ownerTag === ownerTag ? 'ours' : 'other'
}
