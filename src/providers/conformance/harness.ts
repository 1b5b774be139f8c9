/** What the suite needs of a provider's world beyond the contract: ways to spoil it, and to look behind it. */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { externalNameOf } from '../identity.ts'
import type { ClusterIntent, ClusterProvider, ClusterSpec, ClusterState, ObservedCluster } from '../provider.ts'
import { isProviderError, type ProviderErrorReason } from '../provider-error.ts'

/** Milliseconds: for what never comes. */
const PATIENCE = 60_000

export type MutatingCall = 'create' | 'update' | 'delete'

/** A world of clusters of one type, empty at first. Disposing of it removes all that is in it. */
export interface ProviderWorld extends AsyncDisposable {
  /** A provider on this world, as another process would open it. */
  open(): ClusterProvider
  /** The same for a child process: a module that exports `openForChild(argument)`. */
  module: { url: string; argument: string }

  /** `second` is reached from `first` by an update in place and differs from it in every mutable field. */
  specs: { first: ClusterSpec; second: ClusterSpec }
  /** A spec that cannot be honoured, because of this field. */
  refused: { spec: ClusterSpec; field: string }
  /** Differs from `specs.first` in this immutable field; left out where nothing is immutable. */
  immutable?: { spec: ClusterSpec; field: string }

  /** A cluster that the provider under test did not make: without tags, or with no more than an owner tag. */
  plant(externalName: string, state: ClusterState, ownerTag?: string): Promise<void>
  /** Brings a cluster that the provider made into this state, behind its back. */
  put(externalName: string, state: ClusterState): Promise<void>
  /** From now on nothing answers. */
  cutOff(): Promise<void>
  /** From now on `create` fails with the cluster half-built, or after all of it was built. */
  failCreate(when: 'half' | 'built'): Promise<void>
  /** From now on a process that makes this call is killed (SIGKILL) at this point of it. */
  killAt(call: MutatingCall, point: string): Promise<void>
  killPoints: Readonly<Record<MutatingCall, readonly string[]>>
  /** From now on this call takes about so long. */
  slowDown(call: MutatingCall, milliseconds: number): Promise<void>
  /** Ends what cutOff, failCreate, killAt and slowDown have arranged. */
  heal(): Promise<void>

  /** Every byte that the world keeps, as one text. */
  everythingKept(): Promise<string>
}

/** Of a provider that makes no clusters: what can be done with one that is there already. */
export type AdoptedWorld = AsyncDisposable &
  Pick<ProviderWorld, 'open' | 'specs' | 'refused' | 'plant' | 'cutOff' | 'heal' | 'everythingKept'>

export type OpenAdoptedWorld = () => Promise<AdoptedWorld>

export type OpenWorld = () => Promise<ProviderWorld>

export const OWNER = 'org-a'
export const OTHER_OWNER = 'org-b'

/** For calls that nobody aborts. */
export const signal = new AbortController().signal
export const asOwner = { ownerTag: OWNER, signal }

export function intentFor(
  world: Pick<ProviderWorld, 'specs'>,
  name: string,
  change: Partial<ClusterIntent> = {},
): ClusterIntent {
  const identity = { org: 'acme', workspace: 'root:acme:platform-team', kind: 'Platform', name }
  return {
    externalName: externalNameOf(identity),
    identity,
    ownerTag: OWNER,
    manifestDigest: 'sha256:first',
    run: 'run-1',
    spec: world.specs.first,
    ...change,
  }
}

/** A ready cluster of ours: made, or, where the provider makes none, one that is there and was adopted. */
export async function obtain(world: Pick<ProviderWorld, 'open' | 'plant'>, intent: ClusterIntent) {
  const provider = world.open()
  if (provider.capabilities().create) return provider.create(intent, { signal })
  await world.plant(intent.externalName, 'ready')
  const { externalID } = await found(provider, intent.externalName)
  return provider.adopt(externalID, intent, { signal })
}

export async function found(provider: ClusterProvider, externalName: string): Promise<ObservedCluster> {
  const observation = await provider.observe(externalName, signal)
  assert.ok(observation.found, `${externalName} is not there`)
  return observation
}

/** The same, as soon as a call that has just been made shows in the world. */
export async function foundAs(
  provider: ClusterProvider,
  externalName: string,
  states: readonly ClusterState[],
): Promise<ObservedCluster> {
  const deadline = performance.now() + PATIENCE
  for (;;) {
    const observation = await provider.observe(externalName, signal)
    if (observation.found && states.includes(observation.state)) return observation
    assert.ok(performance.now() < deadline, `${externalName} is not seen as ${states.join(' or ')}`)
    await delay(1)
  }
}

export async function assertAbsent(provider: ClusterProvider, externalName: string): Promise<void> {
  assert.deepEqual(await provider.observe(externalName, signal), { found: false })
  assert.ok(!(await namesOf(provider)).includes(externalName))
}

/** External names of what carries our owner tag, in order. */
export async function namesOf(provider: ClusterProvider, ownerTag = OWNER): Promise<string[]> {
  return (await provider.list(ownerTag, signal)).map(({ externalName }) => externalName).sort()
}

/** The call fails for this reason; returns the error for a closer look. */
export async function assertRefusal(promise: Promise<unknown>, reason: ProviderErrorReason) {
  const error: unknown = await promise.then(
    () => assert.fail(`it succeeds, instead of failing with ${reason}`),
    (thrown: unknown) => thrown,
  )
  assert.ok(isProviderError(error), String(error))
  assert.equal(error.reason, reason, error.message)
  return error
}
