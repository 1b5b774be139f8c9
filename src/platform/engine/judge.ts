/** One look at the world, put beside what is wanted: which cell of the matrix it is, and what follows. */
import {
  type FieldDifference,
  formatIdentity,
  type ObservedCluster,
  ownershipOf,
  specDifferences,
} from '../../providers/index.ts'
import { type Cell, type Command, decide, type Owner, type Verdict } from './decide.ts'
import type { ConfiguredProvider, DesiredCluster } from './desired.ts'
import type { Look } from './world.ts'

/** A field that is not as the manifest says. */
export interface Change {
  /** `spec.version`; `manifest` for what cannot be read from the cluster, by digest. */
  readonly field: FieldDifference['field'] | 'manifest'
  readonly before: unknown
  readonly after: unknown
}

export interface Judgement extends Verdict {
  readonly reason: string
  readonly changes: readonly Change[]
}

export function judge(
  cluster: DesiredCluster,
  configured: ConfiguredProvider,
  look: Look,
  command: Command,
): Judgement {
  const { fields, repair } = configured.provider.capabilities()
  const changes = look.found === true ? changesOf(cluster, look) : []
  const immutable = changes.some(({ field }) => field !== 'manifest' && fields[field] === 'immutable')
  const cell: Cell = {
    inManifest: true,
    world: worldOf(look, changes),
    owner: look.found === true ? ownerOf(cluster, configured, look) : 'ours',
    adoption: cluster.adoption,
    immutable,
    repairable: repair,
    givenUp: look.found === true && command.type === 'converge' && isGivenUp(look, configured, command),
  }
  const verdict = byPolicy(decide(cell, command), { cluster, configured }, command)
  return { ...verdict, changes, reason: verdict.reason ?? reasonOf(verdict, cell, { cluster, configured, look }) }
}

/** What lists by owner tag show and no manifest asks for; `needing` is one that is wanted, and depends on it. */
export function judgeOrphan(observed: ObservedCluster, command: Command, needing?: string): Judgement {
  const world = observed.state === 'ready' ? 'ready-equal' : observed.state
  const prune = command.prune === true && needing === undefined
  const verdict = decide({ inManifest: false, world, owner: 'ours', adoption: 'Never' }, { ...command, prune })
  const reason = needing === undefined ? 'ours, and in no manifest' : `ours, in no manifest, and ${needing} needs it`
  return { ...verdict, reason: verdict.action === 'unknown' ? observed.message : reason, changes: [] }
}

function changesOf({ spec, digest }: DesiredCluster, observed: ObservedCluster): Change[] {
  const fields = specDifferences(observed.spec, spec).map(({ field, observed: before, wanted: after }) => ({
    field,
    before: before ?? null,
    after,
  }))
  if (fields.length > 0 || observed.manifestDigest === digest) return fields
  return [{ field: 'manifest', before: observed.manifestDigest ?? null, after: digest }]
}

function worldOf(look: Look, changes: readonly Change[]): Cell['world'] {
  if (look.found === 'unknown') return 'unreachable'
  if (!look.found) return 'absent'
  if (look.state !== 'ready') return look.state
  return changes.length === 0 ? 'ready-equal' : 'ready-differing'
}

/** Ours is what carries our tag and is not another object's. */
function ownerOf({ identity }: DesiredCluster, { ownerTag }: ConfiguredProvider, observed: ObservedCluster): Owner {
  const owner = ownershipOf(observed, ownerTag)
  if (owner !== 'ours' || observed.identity === undefined) return owner
  return formatIdentity(observed.identity) === formatIdentity(identity) ? 'ours' : 'other'
}

/** Another object of the same owner keeps what it has. */
function isGivenUp({ ownerTag }: ObservedCluster, configured: ConfiguredProvider, { adoptFrom }: Command): boolean {
  return ownerTag !== undefined && ownerTag === adoptFrom && ownerTag !== configured.ownerTag
}

const NEEDED: Readonly<Partial<Record<string, string>>> = {
  create: 'Create',
  resume: 'Create',
  'wait-then-create': 'Create',
  adopt: 'Update',
  update: 'Update',
  repair: 'Update',
  start: 'Update',
  replace: 'Delete',
  delete: 'Delete',
}

/** Crossplane's managementPolicies and deletionPolicy. */
function byPolicy(
  verdict: Verdict,
  { cluster: { managementPolicies: allowed, deletionPolicy }, configured }: Omit<Facts, 'look'>,
  { type }: Command,
): Verdict & { reason?: string } {
  const needed = NEEDED[verdict.action ?? '']
  if (needed !== undefined && !allowed.includes('*') && !allowed.includes(needed)) {
    const action = type === 'destroy' ? 'leave' : 'no-op'
    const reason = `spec.managementPolicies does not allow ${needed} (${verdict.action})`
    return { row: verdict.row, action, step: 'none', outcome: 'settled', reason }
  }
  if (type === 'destroy' && verdict.step === 'delete' && deletionPolicy === 'Orphan') {
    return { ...verdict, action: 'release', step: 'release', reason: 'spec.deletionPolicy is Orphan' }
  }
  if (type === 'destroy' && verdict.step === 'delete' && configured.provider.capabilities().delete === 'marks') {
    const reason = 'it was adopted: it loses our marks, and goes on as it is'
    return { ...verdict, action: 'release', step: 'release', reason }
  }
  return verdict
}

interface Facts {
  readonly cluster: DesiredCluster
  readonly configured: ConfiguredProvider
  readonly look: Look
}

/** One line: why. */
function reasonOf({ action, row, step }: Verdict, cell: Cell, { cluster, configured, look }: Facts): string {
  const seen = look.found === true ? look : undefined
  const said = seen === undefined || seen.message === '' ? '' : `: ${seen.message}`
  switch (action) {
    case 'unknown':
      return look.found === 'unknown' ? look.message : `its provider cannot see in what state it is${said}`
    case 'conflict': {
      const { externalName } = cluster
      if (seen?.ownerTag === configured.ownerTag) {
        return `${externalName} belongs to another object of this owner; choose another spec.externalName`
      }
      const help = `choose another spec.externalName, or take it over: keelson adopt --from ${seen?.ownerTag}`
      return `${externalName} belongs to owner ${seen?.ownerTag}; ${help}`
    }
    case 'foreign':
      return `${cluster.externalName} exists and has no owner; spec.adoption: IfUntagged would take it over`
    case 'leave':
      return `${cluster.externalName} is not ours`
    case 'adopt':
      if (step !== 'adopt') return 'one that is not ours is being deleted'
      return seen?.ownerTag === undefined ? 'it has no owner' : `owner ${seen.ownerTag} gives it up`
    case 'create':
      return 'it does not exist'
    case 'resume':
      return `it is half-built${said}`
    case 'update':
      return 'it differs from the manifest'
    case 'start':
      return 'it is stopped'
    case 'repair':
    case 'replace':
      if (row === 10) {
        const help = step === 'none' ? '; it cannot be mended in place: --allow-replace builds it anew' : ''
        return `it has failed${said}${help}`
      }
      return step === 'none'
        ? 'a field changed that is set at creation only: --allow-replace deletes it and builds it anew'
        : 'a field changed that is set at creation only'
    case 'wait-then-create':
      return 'the one of before is being deleted'
    case 'delete':
      return cell.world === 'deleting' ? 'it is being deleted' : 'it is to be destroyed'
    default:
      return cell.world === 'absent' ? 'it does not exist' : 'it is as the manifest says'
  }
}
