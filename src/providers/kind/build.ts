/** From a claimed name to a cluster whose API answers. */
import { availableParallelism } from 'node:os'
import type { Waiting } from '../provider.ts'
import { isProviderError } from '../provider-error.ts'
import { isPassing } from './diagnosis.ts'
import { logTailOf } from './docker/containers.ts'
import { isDockerError } from './docker/docker.ts'
import { ensureImage } from './docker/images.ts'
import { failureOf } from './failure.ts'
import { kindConfig } from './kind-config.ts'
import { lookAt } from './look.ts'
import type { Node } from './nodes.ts'
import { type Held, takenOver } from './operation.ts'
import { untilReady } from './ready.ts'
import { removeNodes } from './remove-nodes.ts'
import { KindFailure, stepIn } from './run-kind.ts'
import { takeTurn } from './turns.ts'
import type { KindWorld } from './world.ts'

export interface Building {
  readonly held: Held
  /** What attempts before have left. */
  readonly nodes: readonly Node[]
}

/** kind's own steps in the order in which it says them, and what they are called here. */
const STEPS = [
  ['Ensuring node image', 'pulling-image'],
  ['Preparing nodes', 'starting-nodes'],
  ['Configuring the external load balancer', 'configuring'],
  ['Writing configuration', 'configuring'],
  ['Starting control-plane', 'starting-control-plane'],
  ['Installing CNI', 'installing-network'],
  ['Installing StorageClass', 'installing-storage'],
  ['Joining', 'joining-nodes'],
] as const
const TOTAL = STEPS.length + 1

/** How often docker run may fail in passing, in one call. */
const ATTEMPTS = 2
/** Milliseconds between two looks whether the cluster is still ours to build. */
const STILL_OURS = 1000
/** What builds share is mostly the processor, and each waits for its parts most of the time. */
const AT_ONCE = Math.max(4, 2 * availableParallelism())

export async function build(world: KindWorld, { held, nodes }: Building, waiting: Waiting): Promise<void> {
  const { externalName } = held.mark
  const { signal, onProgress } = waiting
  onProgress?.({ phase: 'waiting-for-turn', message: `${AT_ONCE} clusters are built at once`, done: 0, total: TOTAL })
  using _ = await takeTurn(world.docker.name, AT_ONCE, signal)
  try {
    await removeNodes(world, nodes, signal)
    await makeNodes(world, held, waiting)
    onProgress?.({ phase: 'waiting-for-api', message: 'its API server', done: TOTAL - 1, total: TOTAL })
    await untilReady(() => lookAt(world, externalName, signal), signal)
    signal.throwIfAborted()
    await held.finish({ phase: 'built', message: '' }, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (!(await stillMine(held, signal))) throw takenOver(externalName)
    const failure = isDockerError(error)
      ? failureOf(`cluster ${externalName} cannot be built`, [error.message], error)
      : error
    if (isProviderError(failure, 'failed'))
      await held.finish({ message: failure.message }, signal).catch(() => undefined)
    throw failure
  }
}

/** Where Docker does not answer, the failure itself is what is told. */
async function stillMine(held: Held, signal: AbortSignal): Promise<boolean> {
  return held.isMine(signal).catch(() => true)
}

async function makeNodes(world: KindWorld, held: Held, { signal, onProgress }: Waiting): Promise<void> {
  const { externalName, uid, spec, attempt } = held.mark
  const image = world.images.imageFor(spec.version)
  if (image !== undefined) {
    await ensureImage(world.docker, image, { signal, ...(onProgress !== undefined && { onProgress }) })
  }
  for (let tried = 1; ; tried++) {
    // The origin tells the nodes of one run from those of another that is not quite dead.
    const origin = { uid, attempt: `${attempt}-${tried}` }
    const config = kindConfig(world.config, { name: externalName, spec, image, origin })
    try {
      return await runKind(world, { held, config }, { signal, ...(onProgress !== undefined && { onProgress }) })
    } catch (error) {
      if (!(error instanceof KindFailure)) throw error
      // docker run may have ended with 125 and left a container: what there is, Docker knows.
      const left = (await lookAt(world, externalName, signal))?.nodes ?? []
      const tails = await Promise.all(
        left
          .filter(({ state }) => state !== 'running')
          .map(({ id }) => logTailOf(world.docker, id, signal).catch(() => [])),
      )
      const lines = [...tails.flat().slice(-8), ...error.lines]
      await removeNodes(world, left, signal)
      if (tried >= ATTEMPTS || !isPassing(error.lines)) {
        throw failureOf(`kind could not make cluster ${externalName}`, lines, error)
      }
      onProgress?.({ phase: 'trying-again', message: error.lines.at(-1) ?? error.message })
    }
  }
}

interface Run {
  readonly held: Held
  readonly config: string
}

async function runKind(world: KindWorld, { held, config }: Run, { signal, onProgress }: Waiting): Promise<void> {
  const { externalName } = held.mark
  const stop = new AbortController()
  const within = AbortSignal.any([signal, stop.signal])
  let done = 0
  const onLine = (line: string): void => {
    const step = stepIn(line)
    const place = step === undefined ? -1 : STEPS.findIndex(([said]) => step.startsWith(said))
    const known = STEPS[place]
    if (step === undefined || known === undefined) return
    done = Math.max(done, place)
    onProgress?.({ phase: known[1], message: step, done, total: TOTAL })
  }
  onProgress?.({ phase: 'starting-kind', message: `kind create cluster --name ${externalName}` })
  // A deletion takes the cluster away from whoever builds it.
  const watching = setInterval(() => {
    held.isMine(within).then(
      (isMine) => isMine || stop.abort(takenOver(externalName)),
      () => undefined,
    )
  }, STILL_OURS)
  try {
    await world.kind.create({ name: externalName, config, signal: within, onLine })
  } finally {
    clearInterval(watching)
  }
}
