/**
 * What Docker keeps of our clusters beside their nodes: named volumes with labels and nothing in them. Unlike a container's,
 * an empty volume's labels survive `docker system prune`; like all labels they never change, so that a mark is written anew
 * as the next generation. Making a volume of a name that is taken gives the one that is there (volume/service/store.go of
 * moby): a random label tells who was first, and that is all that is needed for one writer at a time.
 *
 *     keelson.<external name>               generation 0: the claim on the name, for as long as there is the cluster
 *     keelson.<external name>.<uid>.<n>     the highest generation says how things are
 */
import { randomUUID } from 'node:crypto'
import type { ClusterSpec } from '../provider.ts'
import { providerUnreachable } from '../provider-error.ts'
import { bytesOf, type Docker, isDockerError, jsonOf } from './docker/docker.ts'
import { isAtWork } from './operators.ts'

/** `releasing`: whoever finds it takes away what is left of the marks. */
export type Phase = 'building' | 'built' | 'deleting' | 'releasing'

export interface MarkContent {
  readonly phase: Phase
  /** As tags.ts has them. Empty: nobody's. */
  readonly tags: Readonly<Record<string, string>>
  /** What was asked for last. */
  readonly spec: ClusterSpec
  /** Why the last attempt failed; one line. */
  readonly message: string
  /** Who is at work, operators.ts. */
  readonly operator?: string
  /** Which attempt at building the nodes are of. */
  readonly attempt: string
}

export interface Mark extends MarkContent {
  readonly volume: string
  readonly externalName: string
  /** Tells this incarnation from others of the same name. */
  readonly uid: string
  readonly generation: number
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** The marks of one cluster, the current one last. */
export interface Marks {
  readonly current: Mark
  readonly all: readonly Mark[]
}

interface Volume {
  readonly Name: string
  readonly Labels?: Readonly<Record<string, string>> | null
  readonly CreatedAt?: string
}

const LABELS = {
  cluster: 'keelson-cluster',
  uid: 'keelson-uid',
  generation: 'keelson-generation',
  nonce: 'keelson-nonce',
  phase: 'keelson-phase',
  spec: 'keelson-spec',
  message: 'keelson-message',
  operator: 'keelson-operator',
  attempt: 'keelson-attempt',
  tags: 'keelson-tags',
} as const

/** By external name; of one cluster, or of all. */
export async function readMarks(
  docker: Docker,
  externalName: string | undefined,
  signal: AbortSignal,
): Promise<Map<string, Marks>> {
  const label = externalName === undefined ? LABELS.cluster : `${LABELS.cluster}=${externalName}`
  const query = { filters: JSON.stringify({ label: [label] }) }
  const { Volumes } = await jsonOf<{ Volumes?: readonly Volume[] | null }>(docker, {
    method: 'GET',
    path: '/volumes',
    query,
    signal,
  }).catch((error: unknown) => {
    if (isDockerError(error)) throw providerUnreachable(docker.name, `${error.status}: ${error.message}`, error)
    throw error
  })
  const marks = (Volumes ?? []).flatMap((volume) => markOf(volume) ?? [])
  const byName = Map.groupBy(marks, (mark) => mark.externalName)
  return new Map([...byName].map(([name, found]) => [name, chainOf(found)]))
}

/** Of several incarnations the one with the claim counts; the others are on their way out. */
function chainOf(found: readonly Mark[]): Marks {
  const claim = found.find(({ generation }) => generation === 0)
  const uid = claim?.uid ?? found[0]?.uid
  const all = found.filter((mark) => mark.uid === uid).toSorted((a, b) => a.generation - b.generation)
  const current = all.at(-1) as Mark
  return { current, all: [...found.filter((mark) => mark.uid !== uid), ...all] }
}

function markOf({ Name, Labels, CreatedAt = '' }: Volume): Mark | undefined {
  const labels = Labels ?? {}
  const { [LABELS.cluster]: externalName, [LABELS.uid]: uid, [LABELS.phase]: phase } = labels
  if (externalName === undefined || uid === undefined || phase === undefined) return undefined
  const operator = labels[LABELS.operator]
  return {
    volume: Name,
    externalName,
    uid,
    generation: Number(labels[LABELS.generation]),
    createdAt: Date.parse(CreatedAt) || 0,
    phase: phase as Phase,
    tags: JSON.parse(labels[LABELS.tags] ?? '{}') as Record<string, string>,
    spec: JSON.parse(labels[LABELS.spec] ?? '{}') as ClusterSpec,
    message: labels[LABELS.message] ?? '',
    attempt: labels[LABELS.attempt] ?? '',
    ...(operator !== undefined && { operator }),
  }
}

/** Undefined: somebody else has the name. */
export async function claim(
  docker: Docker,
  name: { readonly externalName: string; readonly uid?: string },
  content: MarkContent,
  signal: AbortSignal,
): Promise<Mark | undefined> {
  const { externalName, uid = randomUUID() } = name
  return write(docker, { ...content, externalName, uid, generation: 0, volume: `keelson.${externalName}` }, signal)
}

/** The next generation. Undefined: somebody else has written it. */
export async function advance(
  docker: Docker,
  before: Mark,
  content: MarkContent,
  signal: AbortSignal,
): Promise<Mark | undefined> {
  const { externalName, uid } = before
  const generation = before.generation + 1
  const volume = `keelson.${externalName}.${uid}.${generation}`
  const written = await write(docker, { ...content, externalName, uid, generation, volume }, signal)
  // Whoever is at work takes its own mark away, which tells that it has stopped.
  if (written !== undefined && before.generation > 0 && !isHeld(before)) await removeMark(docker, before, signal)
  return written
}

/** Whether somebody is at work under this mark. */
export function isHeld({ operator, createdAt }: Mark): boolean {
  return operator !== undefined && isAtWork(operator, createdAt)
}

async function write(docker: Docker, mark: Omit<Mark, 'createdAt'>, signal: AbortSignal): Promise<Mark | undefined> {
  const nonce = randomUUID()
  const { operator } = mark
  const labels: Record<string, string> = {
    // For people, and for `docker volume ls --filter label=keelson-owner=…`.
    ...mark.tags,
    [LABELS.tags]: JSON.stringify(mark.tags),
    [LABELS.cluster]: mark.externalName,
    [LABELS.uid]: mark.uid,
    [LABELS.generation]: String(mark.generation),
    [LABELS.phase]: mark.phase,
    [LABELS.spec]: JSON.stringify(mark.spec),
    [LABELS.message]: mark.message,
    [LABELS.attempt]: mark.attempt,
    [LABELS.nonce]: nonce,
    ...(operator !== undefined && { [LABELS.operator]: operator }),
  }
  const body = { Name: mark.volume, Labels: labels }
  const volume = await jsonOf<Volume>(docker, { method: 'POST', path: '/volumes/create', body, signal })
  if (volume.Labels?.[LABELS.nonce] !== nonce) return undefined
  return { ...mark, createdAt: Date.parse(volume.CreatedAt ?? '') || Date.now() }
}

export async function removeMark(docker: Docker, { volume }: Pick<Mark, 'volume'>, signal: AbortSignal): Promise<void> {
  try {
    await bytesOf(docker, { method: 'DELETE', path: `/volumes/${volume}`, signal })
  } catch (error) {
    if (!isDockerError(error, 404)) throw error
  }
}

/**
 * All of them. The current one goes last and the claim before it: whoever is interrupted leaves a mark that says what is
 * going on, and the name is free only when nothing else is to be done.
 */
export async function removeMarks(docker: Docker, { current, all }: Marks, signal: AbortSignal): Promise<void> {
  const claims = all.filter(({ generation }) => generation === 0)
  const others = all.filter((mark) => mark !== current && !claims.includes(mark))
  for (const mark of [...others, ...claims.filter((mark) => mark !== current), current]) {
    await removeMark(docker, mark, signal)
  }
}
