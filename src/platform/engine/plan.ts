/** The plan: D and W joined, item by item. Reading it changes nothing. */
import type { ClusterSpec, ObservedCluster } from '../../providers/index.ts'
import type { Action, Command, Verdict } from './decide.ts'
import { type ConfiguredProvider, type Desired, type DesiredCluster, digestOf, type Scope } from './desired.ts'
import { type Change, type Judgement, judge, judgeOrphan } from './judge.ts'
import { addressOf, type Problem, problem } from './manifest.ts'
import { clustersOfIdentity, type Look, readWorld, type World } from './world.ts'

export interface Item {
  /** `Platform/shop-dev` */
  readonly address: string
  readonly action: Action
  /** Of the matrix. */
  readonly row: number
  readonly outcome: Verdict['outcome']
  readonly reason: string
  readonly changes: readonly Change[]
  readonly externalName: string
  readonly configured: ConfiguredProvider
  /** Absent for what no manifest asks for. */
  readonly cluster?: DesiredCluster
  /** Absent where nothing is, or nothing is known. */
  readonly observed?: ObservedCluster
  readonly after: ClusterSpec | undefined
  /** Of what the world was: what differs at apply makes the plan stale. */
  readonly digest: string
}

export interface Plan {
  /** Names the run that this plan is for; what it changes carries it as `keelson-run`. */
  readonly run: string
  readonly scope: Scope
  readonly command: Command
  readonly items: readonly Item[]
  /** Of D. */
  readonly digest: string
}

export interface PlanOptions {
  readonly run: string
  readonly command: Command
  readonly signal: AbortSignal
}

export type PlanResult =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Problems: what the world shows a manifest to have changed and that cannot be changed. */
export async function makePlan(desired: Desired, { run, command, signal }: PlanOptions): Promise<PlanResult> {
  const world = await readWorld(desired, signal)
  const problems = desired.clusters.flatMap((cluster) => moved(cluster, world))
  if (problems.length > 0) return { ok: false, problems }
  const wanted = desired.clusters.flatMap((cluster) => wantedItem(cluster, desired, world, command))
  const items = [...wanted, ...orphans(desired, world, command), ...unreachable(world)]
  return { ok: true, plan: { run, scope: desired.scope, command, items, digest: desired.digest } }
}

function wantedItem(cluster: DesiredCluster, desired: Desired, { looks }: World, command: Command): Item[] {
  const configured = desired.providers.find(({ name }) => name === cluster.provider)
  const look = looks.get(cluster.address)
  if (configured === undefined || look === undefined) return []
  const judged = judge(cluster, configured, look, command)
  const { address, externalName, spec } = cluster
  const after = command.type === 'destroy' ? undefined : spec
  return [item({ address, externalName, cluster, configured, after }, look, judged)].flat()
}

/** What is wanted may live in what no manifest asks for: that is not deleted beneath it. */
function orphans(desired: Desired, world: World, command: Command): Item[] {
  const wanted = new Set([...world.looks.values()].map((look) => (look.found === true ? look.externalID : '')))
  const seen = new Set<string>()
  return world.lists.flatMap(({ configured, clusters }) =>
    clusters.flatMap((observed) => {
      const { identity, externalID, externalName } = observed
      // What belongs to another workspace, or cannot be told, is for state ls: no run of this one may end it.
      const isHere = identity?.org === desired.scope.org && identity.workspace === desired.scope.workspace
      if (!isHere || wanted.has(externalID) || seen.has(externalID)) return []
      seen.add(externalID)
      const address = addressOf(identity.kind, identity.name)
      const needing =
        command.type === 'destroy' ? undefined : desired.clusters.find((each) => each.dependsOn.includes(address))
      const judged = judgeOrphan(observed, command, needing?.address)
      return item({ address, externalName, configured, after: undefined }, observed, judged)
    }),
  )
}

/** What carries our tag there is not known: nothing that the list would have shown is said to be absent. */
function unreachable({ lists }: World): Item[] {
  return lists.flatMap(({ configured, unreachable: reason }) =>
    reason === undefined
      ? []
      : [
          {
            address: addressOf('ClusterProvider', configured.name),
            action: 'unknown',
            row: 1,
            outcome: 'unknown',
            reason,
            changes: [],
            externalName: '',
            configured,
            after: undefined,
            digest: 'unknown',
          },
        ],
  )
}

function item(
  about: Pick<Item, 'address' | 'externalName' | 'cluster' | 'configured' | 'after'>,
  look: Look,
  { action, row, outcome, reason, changes }: Judgement,
): Item[] {
  if (action === undefined) return []
  const observed = look.found === true ? { observed: look } : {}
  return [{ ...about, ...observed, action, row, outcome, reason, changes, digest: digestOfLook(look) }]
}

/** Messages, endpoints and who wrote last do not count. */
export function digestOfLook(look: Look): string {
  if (look.found === 'unknown') return 'unknown'
  if (!look.found) return 'absent'
  const { externalID, state, ownerTag, identity, manifestDigest, spec } = look
  return digestOf({ externalID, state, ownerTag, identity, manifestDigest, spec })
}

/** The same object has a cluster elsewhere: its provider or external name was changed. */
function moved(cluster: DesiredCluster, world: World): Problem[] {
  return clustersOfIdentity(world, cluster).flatMap(({ configured, cluster: found }) => {
    if (found.state === 'deleting') return []
    const look = world.looks.get(cluster.address)
    if (look?.found === true && look.externalID === found.externalID) return []
    const { source } = cluster
    if (configured.name !== cluster.provider) {
      const message = `is immutable: ${cluster.address} has its cluster at ClusterProvider "${configured.name}"`
      const remedy = `set it back to ${configured.name}, or destroy the cluster first`
      return [problem(source, 'spec.providerRef.name', message, remedy)]
    }
    const message = `is immutable: the cluster of ${cluster.address} is called "${found.externalName}"`
    return [
      problem(source, 'spec.externalName', message, `set it to ${found.externalName}, or destroy the cluster first`),
    ]
  })
}
