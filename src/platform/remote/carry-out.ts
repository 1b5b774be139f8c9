/**
 * Carries a plan out as a client: it writes the objects, and the server's controllers converge them with the same engine. What
 * becomes of each is read where they report it. What is somebody else's or cannot be seen is left alone by them, and its object
 * says why.
 */
import type { Client } from '../../client/index.ts'
import { find, orGone } from '../../controller/index.ts'
import type { KubeObject } from '../../machinery/index.ts'
import { StatusError } from '../../machinery/index.ts'
import type { ObservedCluster } from '../../providers/index.ts'
import {
  CLUSTER_FINALIZER,
  CLUSTER_RESOURCES,
  type ClusterKind,
  type ClusterObject,
} from '../controllers/cluster-object.ts'
import { type RunStatus, runAnnotations } from '../controllers/run-request.ts'
import { type ApplyOptions, type CarryOut, untouched } from '../engine/apply-plan.ts'
import type { Convergence } from '../engine/converge.ts'
import { clusterFields } from '../engine/desired.ts'
import type { Item, Plan } from '../engine/plan.ts'
import { follow, persistently } from './follow.ts'
import { writeObject } from './write-object.ts'

/** Milliseconds that the server has for its own time-out to come first. */
const GRACE = 30_000

export interface RemoteOptions {
  readonly client: Client
  /** As the files say: the written manifest of an object, by address; and ClusterProviders by name. */
  readonly manifestOf: (address: string) => KubeObject | undefined
}

export function carryOutThere({ client, manifestOf }: RemoteOptions): CarryOut {
  return async (item, plan, options) => {
    const limit = AbortSignal.timeout(options.timeout ?? item.configured.createTimeout + GRACE)
    const work = remoteWork({ client, manifestOf, item, plan, options, limit })
    try {
      return plan.command.type === 'destroy' || item.cluster === undefined ? await work.end() : await work.converge()
    } catch (error) {
      options.signal.throwIfAborted()
      const ended = { action: item.action, logTail: [], touched: true, ...seen(item.observed) }
      if (limit.aborted) return { ...ended, outcome: 'timeout', message: work.waitsFor() }
      if (!(error instanceof StatusError)) throw error
      return { ...ended, outcome: 'failed', message: error.message }
    }
  }
}

interface Work extends RemoteOptions {
  readonly item: Item
  readonly plan: Plan
  readonly options: ApplyOptions
  readonly limit: AbortSignal
}

function remoteWork({ client, manifestOf, item, plan, options, limit }: Work) {
  const { address, cluster, configured } = item
  const [kind = '', name = ''] = address.split('/')
  const resource = CLUSTER_RESOURCES[kind as ClusterKind]
  const { run: id, command } = plan
  const signal = AbortSignal.any([options.signal, limit])
  const begun = Date.now()
  let waiting = ''
  const patience = {
    signal,
    lost: (message: string) => options.observer.progress(address, { phase: 'waiting', message }),
  }

  const write = (object: KubeObject) => persistently(() => writeObject(client, object, { signal }), patience)

  const writeProvider = async () => {
    const provider = manifestOf(`ClusterProvider/${configured.name}`)
    if (provider !== undefined) await write(provider)
  }

  const tell = ({ status }: ClusterObject) => {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')
    const message = ready?.status === 'True' ? '' : (ready?.message ?? '')
    if (message === '' || message === waiting) return
    waiting = message
    const [phase = '', ...rest] = message.split(': ')
    options.observer.progress(address, { phase, message: rest.join(': ') })
  }

  const isPresent = async () =>
    (await persistently(() => find(client, resource, name, { signal }), patience)) !== undefined

  const untilEnded = async (isGone: boolean): Promise<Convergence> => {
    let last: ClusterObject | undefined
    let ended: RunStatus | undefined
    await follow(client, resource, name, {
      ...patience,
      seen(object) {
        if (object === undefined) return true
        last = object
        if (object.status?.run?.id === id) ended = object.status.run
        else tell(object)
        return ended !== undefined && !(isGone && hasGoneWell(ended))
      },
    })
    return ended === undefined ? goneUnseen(item, isGone) : convergenceOf(ended, last, item)
  }

  return {
    waitsFor: () =>
      `still at it after ${Math.round((Date.now() - begun) / 1000)}s${waiting === '' ? '' : `: ${waiting}`}`,

    async converge(): Promise<Convergence> {
      const ended = untouched(item)
      if (ended?.outcome === 'blocked' && isOurs(item) && (await isPresent())) return ended
      const manifest = manifestOf(address)
      if (manifest === undefined) throw new TypeError(`no manifest of ${address}`)
      const { allowReplace = false, adoptFrom } = command
      const run = runAnnotations({ id, allowReplace, ...(adoptFrom !== undefined && { adoptFrom }) })
      await write(annotated(manifest, run))
      return untilEnded(false)
    },

    /** The object goes, and with it what it says is its own. Where there is none, one is made that can do nothing but end. */
    async end(): Promise<Convergence> {
      const ended = untouched(item)
      if (ended?.outcome === 'blocked' || ended?.outcome === 'unknown') return ended
      const present = await persistently(() => find(client, resource, name, { signal }), patience)
      // An orphan that is not to be deleted stays, and so does its object.
      if (ended !== undefined && (present === undefined || cluster === undefined)) return ended
      const ending =
        cluster === undefined
          ? orphanObject(item)
          : endingObject(manifestOf(address) ?? present, item, ended !== undefined)
      await writeProvider()
      const ends = command.type === 'destroy' ? 'Anyway' : 'AfterDependents'
      const run = runAnnotations({ id, allowReplace: false, ends })
      const { metadata } = await write(annotated(ending, run))
      const uid = metadata.uid ?? ''
      await persistently(() => orGone(client.delete(resource, name, { signal, preconditions: { uid } })), patience)
      const gone = await untilEnded(true)
      return ended ?? gone
    },
  }
}

function hasGoneWell({ outcome }: RunStatus): boolean {
  return ['deleted', 'released', 'left', 'unchanged', 'blocked'].includes(outcome)
}

/** A person has to decide about the cluster that is there; until then its object says what it is. */
function isOurs({ action }: Item): boolean {
  return action === 'replace' || action === 'repair'
}

function seen(observed: ObservedCluster | undefined): Pick<Convergence, 'observed'> {
  return observed === undefined ? {} : { observed }
}

/** The object has gone, and nobody was watching when it said how. */
function goneUnseen({ action }: Item, isWanted: boolean): Convergence {
  const told = { action, logTail: [], touched: true }
  if (!isWanted) return { ...told, outcome: 'failed', message: 'its object was deleted meanwhile' }
  return { ...told, outcome: action === 'release' ? 'released' : 'deleted', message: '' }
}

/** What the controller has reported. */
function convergenceOf(run: RunStatus, object: ClusterObject | undefined, item: Item): Convergence {
  const { outcome, action, message, logTail = [], touched, state } = run
  const { externalID = '', externalName = item.externalName, endpoint } = object?.status ?? {}
  const observed: ObservedCluster | undefined =
    state === 'absent'
      ? undefined
      : { found: true, externalID, externalName, state, spec: {}, message, ...(endpoint !== undefined && { endpoint }) }
  return { outcome, action, message, logTail, touched, ...seen(observed) }
}

function annotated(object: KubeObject, annotations: Readonly<Record<string, string>>): KubeObject {
  const { metadata } = object
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } } }
}

const ENDING = ['Observe', 'Delete']

/** The finalizer is there from the first moment: a deletion that comes at once is held by it. */
function ending(kind: string, name: string, spec: object): KubeObject {
  const metadata = { name, finalizers: [CLUSTER_FINALIZER] }
  return { apiVersion: 'platform.keelson.dev/v1alpha1', kind, metadata, spec }
}

/** As the manifest says, but that nothing is made or changed any more; and nothing deleted that the plan said is left. */
function endingObject(manifest: KubeObject | undefined, { address, cluster }: Item, isLeft: boolean): KubeObject {
  const [kind = '', name = ''] = address.split('/')
  const { managementPolicies = ['*'] } = cluster ?? {}
  const allowed = ENDING.filter(
    (policy) => !isLeft && (managementPolicies.includes('*') || managementPolicies.includes(policy)),
  )
  const fields = manifest === undefined ? {} : clusterFields(manifest)
  return ending(kind, name, { ...fields, managementPolicies: allowed.length === 0 ? ['Observe'] : allowed })
}

/** No manifest asks for it any more, so no policy of one keeps it. */
function orphanObject({ address, externalName, configured }: Item): KubeObject {
  const [kind = '', name = ''] = address.split('/')
  return ending(kind, name, {
    providerRef: { name: configured.name },
    externalName,
    managementPolicies: ENDING,
    deletionPolicy: 'Delete',
  })
}
