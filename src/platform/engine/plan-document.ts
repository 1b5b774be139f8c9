/**
 * A plan as a file: terraform's shape (`terraform show -json`), so that comment bots and policies that read that read this,
 * too, and under `keelson` what is ours. It holds no manifest and no credential; digests say what it was made for.
 */
import type { Result } from '../../machinery/index.ts'
import type { Action } from './decide.ts'
import type { Scope } from './desired.ts'
import type { Item, Plan } from './plan.ts'

export type TerraformAction = 'no-op' | 'create' | 'read' | 'update' | 'delete'

export interface ResourceChange {
  readonly address: string
  readonly mode: 'managed'
  readonly type: string
  readonly name: string
  readonly provider_name: string
  readonly change: {
    readonly actions: readonly TerraformAction[]
    readonly before: unknown
    readonly after: unknown
    readonly importing?: { readonly id: string }
  }
  readonly action_reason: string
  readonly keelson: {
    readonly action: Action
    readonly outcome: Item['outcome']
    readonly external_name: string
    readonly external_id?: string
    readonly state: string
    /** What its provider says of all its clusters: `simulated, no real cluster`. */
    readonly notice: string
    readonly changes: Item['changes']
    readonly digest: string
  }
}

export interface PlanDocument {
  readonly format_version: '1.2'
  readonly resource_changes: readonly ResourceChange[]
  readonly keelson: {
    readonly version: 'keelson.dev/plan/v1'
    readonly run: string
    readonly scope: Scope
    readonly command: Plan['command']
    /** The files and directories that it was made of, relative to where it was made. */
    readonly sources: readonly string[]
    /** Whether directories in them were gone into. */
    readonly recursive: boolean
    readonly digest: string
    /** Objects of other kinds in the manifests, which apply writes before: `ConfigMap/settings`. */
    readonly beside: readonly string[]
  }
}

export type PlanSources = Pick<PlanDocument['keelson'], 'sources' | 'recursive' | 'beside'>

const ACTIONS: Readonly<Record<Action, readonly TerraformAction[]>> = {
  unknown: ['read'],
  conflict: ['no-op'],
  foreign: ['no-op'],
  adopt: ['update'],
  create: ['create'],
  resume: ['update'],
  'no-op': ['no-op'],
  update: ['update'],
  replace: ['delete', 'create'],
  repair: ['update'],
  'wait-then-create': ['delete', 'create'],
  start: ['update'],
  orphan: ['no-op'],
  delete: ['delete'],
  leave: ['no-op'],
  release: ['update'],
}

export function planDocument(plan: Plan, { sources, recursive, beside }: PlanSources): PlanDocument {
  const { run, scope, command, digest } = plan
  return {
    format_version: '1.2',
    resource_changes: plan.items.map(resourceChange),
    keelson: { version: 'keelson.dev/plan/v1', run, scope, command, sources, recursive, digest, beside },
  }
}

function resourceChange(item: Item): ResourceChange {
  const { address, action, outcome, reason, changes, externalName, configured, observed, after, digest } = item
  const [type = '', name = ''] = address.split('/')
  const blocked = outcome === 'blocked' ? { actions: ['no-op'] as const } : { actions: ACTIONS[action] }
  const deletes = action === 'delete' || action === 'release'
  const unchanged = blocked.actions.includes('no-op') || action === 'unknown'
  return {
    address,
    mode: 'managed',
    type,
    name,
    provider_name: configured.name,
    change: {
      ...blocked,
      before: observed?.spec ?? null,
      after: deletes ? null : unchanged ? (observed?.spec ?? null) : (after ?? null),
      ...(action === 'adopt' && observed !== undefined && { importing: { id: observed.externalID } }),
    },
    action_reason: reason,
    keelson: {
      action,
      outcome,
      external_name: externalName,
      ...(observed !== undefined && { external_id: observed.externalID }),
      state: outcome === 'unknown' ? 'unreachable' : (observed?.state ?? 'absent'),
      notice: configured.provider.capabilities().notice,
      changes,
      digest,
    },
  }
}

export function parsePlanDocument(text: string): Result<PlanDocument> {
  let value: Partial<PlanDocument> | null
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { ok: false, error: `is not JSON: ${(error as Error).message}` }
  }
  if (value?.keelson?.version !== 'keelson.dev/plan/v1') return { ok: false, error: 'is not a plan of keelson plan' }
  const { run, scope, command, sources, recursive, digest } = value.keelson
  const isWhole =
    typeof run === 'string' &&
    typeof scope?.org === 'string' &&
    typeof scope.workspace === 'string' &&
    (command?.type === 'converge' || command?.type === 'destroy') &&
    Array.isArray(sources) &&
    typeof recursive === 'boolean' &&
    typeof digest === 'string' &&
    Array.isArray(value.resource_changes) &&
    value.resource_changes.every(
      (each) => typeof each?.address === 'string' && typeof each.keelson?.digest === 'string',
    )
  return isWhole ? { ok: true, value: value as PlanDocument } : { ok: false, error: 'is a plan that was edited' }
}

/** Why the plan no longer holds; empty where it does. What its own run has done since, before it was killed, is no reason. */
export function staleReasons({ resource_changes: planned, keelson }: PlanDocument, now: Plan): string[] {
  if (keelson.digest !== now.digest) return ['the manifests have changed since the plan was made']
  const current = new Map(now.items.map((item) => [item.address, item]))
  const reasons = planned.flatMap((change) => {
    const item = current.get(change.address)
    current.delete(change.address)
    if (item?.digest === change.keelson.digest || isOwnDoing(change, item, keelson.run)) return []
    const is = item === undefined ? 'gone' : item.action
    return [`${change.address} has changed since: planned ${change.keelson.action}, now ${is}`]
  })
  return [...reasons, ...[...current.keys()].map((address) => `${address} was not there when the plan was made`)]
}

const DELETES: readonly Action[] = ['delete', 'replace', 'wait-then-create']

function isOwnDoing({ keelson }: ResourceChange, item: Item | undefined, run: string): boolean {
  if (keelson.outcome !== 'change') return false
  if (item?.observed?.run === run) return true
  const isGoing = item?.observed === undefined || item.observed.state === 'deleting'
  if (DELETES.includes(keelson.action) && item?.outcome !== 'unknown' && isGoing) return true
  if (keelson.action === 'release') return item?.observed?.ownerTag === undefined
  return keelson.action === 'start' && item?.observed?.externalID === keelson.external_id
}
