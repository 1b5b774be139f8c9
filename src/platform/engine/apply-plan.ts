/** Carries a plan out: in waves by what depends on what, as many at once as each provider takes. */
import { isProviderError } from '../../providers/index.ts'
import { type Convergence, converge, messageOf, type Observer, type Outcome } from './converge.ts'
import type { ConfiguredProvider } from './desired.ts'
import { parallelism } from './parallelism.ts'
import type { Item, Plan } from './plan.ts'

export interface ItemResult extends Convergence {
  readonly item: Item
}

export interface RunObserver extends Observer {
  /** Called once for each item, as it ends. */
  readonly done: (result: ItemResult) => void
}

/** Does one item of a plan. Rejects only when the signal aborts. */
export type CarryOut = (item: Item, plan: Plan, options: ApplyOptions) => Promise<Convergence>

export interface ApplyOptions {
  readonly observer: RunObserver
  /** Who does it; default: this process. */
  readonly carryOut?: CarryOut
  /** Milliseconds for each item; default its provider's createTimeout. */
  readonly timeout?: number
  readonly signal: AbortSignal
}

/** After these, what depends on it is begun. */
const ENDED_WELL: readonly Outcome[] = [
  'unchanged',
  'created',
  'adopted',
  'updated',
  'repaired',
  'replaced',
  'started',
  'deleted',
  'released',
  'left',
]

/** One result an item, in the order of the plan. Rejects only when the signal aborts; the next run then goes on. */
export async function applyPlan(plan: Plan, options: ApplyOptions): Promise<ItemResult[]> {
  const { carryOut = carryOutHere } = options
  const places = parallelism<ConfiguredProvider>()
  const running = new Map<string, Promise<ItemResult>>()
  const start = (item: Item): Promise<ItemResult> => {
    const known = running.get(item.address)
    if (known !== undefined) return known
    const promise = run(item)
    running.set(item.address, promise)
    return promise
  }
  const run = async (item: Item): Promise<ItemResult> => {
    // A map entry first: what depends on this must find it.
    await Promise.resolve()
    const before = await Promise.all(predecessors(item, plan).map(start))
    const obstacle = before.find((each) => hinders(each, item))
    const result = await (obstacle === undefined
      ? places.run(item.configured, item.configured.parallel, async () => ({
          item,
          ...(await carryOut(item, plan, options)),
        }))
      : skipped(item, obstacle))
    options.observer.done(result)
    return result
  }
  return Promise.all(plan.items.map(start))
}

/**
 * What comes first: on the way up what it depends on, on the way down what depends on it. Orphans go platforms first, and
 * after everything that is wanted is there; where all goes, they go before the control centers they may live in.
 */
function predecessors(item: Item, { items, command }: Plan): Item[] {
  const isDestroy = command.type === 'destroy'
  if (item.cluster === undefined) {
    const platforms = item.address.startsWith('Platform/') ? [] : items.filter(isOrphanPlatform)
    return isDestroy ? platforms : [...items.filter(({ cluster }) => cluster !== undefined), ...platforms]
  }
  const { address, dependsOn } = item.cluster
  const related = items.filter(({ cluster }) => {
    if (cluster === undefined) return false
    return isDestroy ? cluster.dependsOn.includes(address) : dependsOn.includes(cluster.address)
  })
  return isDestroy && address.startsWith('ControlCenter/') ? [...related, ...items.filter(isOrphanPlatform)] : related
}

/** Whether the end of one keeps the other from being begun: an orphan goes, whatever became of the rest. */
function hinders({ item: before, outcome }: ItemResult, { cluster }: Item): boolean {
  return !ENDED_WELL.includes(outcome) && (cluster !== undefined || before.cluster === undefined)
}

function isOrphanPlatform({ cluster, address }: Item): boolean {
  return cluster === undefined && address.startsWith('Platform/')
}

/** What becomes of an item of which nothing is to be done, or nothing may be; undefined where something is. */
export function untouched({ observed, action, outcome, reason }: Item): Convergence | undefined {
  if (outcome === 'change') return undefined
  const seen = observed === undefined ? {} : { observed }
  const settled = action === 'leave' ? 'left' : 'unchanged'
  const end = outcome === 'settled' ? settled : outcome
  return { ...seen, action, outcome: end, message: reason, logTail: [], touched: false }
}

const carryOutHere: CarryOut = async (item, plan, { observer, timeout, signal }) => {
  const { cluster, configured } = item
  const ended = untouched(item)
  if (ended !== undefined) return ended
  const limit = timeout === undefined ? {} : { timeout }
  if (cluster === undefined) return deleteOrphan(item, { observer, signal, ...limit })
  const { command, run } = plan
  return converge({ cluster, configured, command, run, observer, signal, ...limit })
}

async function deleteOrphan(item: Item, { observer, timeout, signal }: ApplyOptions): Promise<Convergence> {
  const { address, configured, observed, action } = item
  if (observed === undefined)
    return { action, outcome: 'unchanged', message: 'it is gone', logTail: [], touched: false }
  const limit = AbortSignal.timeout(timeout ?? configured.createTimeout)
  observer.step(address, 'delete')
  try {
    await configured.provider.delete(observed.externalID, {
      ownerTag: configured.ownerTag,
      signal: AbortSignal.any([signal, limit]),
      onProgress: (progress) => observer.progress(address, progress),
    })
    return { action, outcome: 'deleted', message: item.reason, logTail: [], touched: true }
  } catch (error) {
    signal.throwIfAborted()
    const outcome = limit.aborted ? 'timeout' : isProviderError(error, 'unreachable') ? 'unknown' : 'failed'
    const logTail = isProviderError(error) ? error.logTail : []
    return { action, observed, outcome, message: messageOf(error), logTail, touched: true }
  }
}

function skipped(item: Item, { item: obstacle, outcome }: ItemResult): ItemResult {
  const message = `waits for ${obstacle.address}, which is ${outcome}`
  return { item, action: item.action, outcome: 'skipped', message, logTail: [], touched: false }
}
