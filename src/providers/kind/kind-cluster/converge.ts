import type { Progress } from '../../provider.ts'
import { specDifferences } from '../../spec-fields.ts'
import { createCluster } from '../create.ts'
import { deleteCluster } from '../delete.ts'
import type { Cluster } from '../look.ts'
import { startCluster } from '../start.ts'
import { updateCluster } from '../update.ts'
import { type intentOf, OWNER_TAG } from './kind-cluster.ts'
import { PENDING, PROVISIONING, type Report, steps } from './report.ts'
import type { Each } from './running.ts'

/** Milliseconds between two words on the same step. */
const PROGRESS = 1000

export interface Wanted {
  readonly intent: ReturnType<typeof intentOf>
  readonly tell: (report: Report) => Promise<boolean>
}

/** From whatever is there to a ready cluster with the nodes that are wanted. */
export async function converge(
  { object, running, context }: Each,
  present: Cluster | undefined,
  { intent, tell }: Wanted,
): Promise<Cluster> {
  const { client, signal, now } = context
  const world = running.world()
  const { normal } = steps(running.recorder, client, object)
  let told = 0
  let telling: Promise<unknown> = Promise.resolve()
  const onProgress = ({ phase, message }: Progress): void => {
    if (now() - told < PROGRESS) return
    told = now()
    const report = { ...PROVISIONING, reason: reasonFor(phase), message }
    telling = telling.then(() => tell(report)).catch(() => undefined)
  }
  const waiting = { signal, onProgress }
  const { externalName } = intent
  const state = present?.observed.state
  try {
    if (present === undefined || state === 'building') {
      // Somebody else has removed what was there: it is made again.
      if (present === undefined && object.status?.ready === true) {
        await tell({ ...PENDING, reason: 'Lost', message: `cluster ${externalName} is gone, and is made again` })
      }
      await tell({ ...PROVISIONING, message: `cluster ${externalName}` })
      await normal('Provisioning', `cluster ${externalName} is ${present === undefined ? 'made' : 'gone on with'}`)
      return await createCluster(world, intent, waiting)
    }
    const { externalID } = present.observed
    if (state === 'deleting') {
      await deleteCluster(world, externalID, { ...waiting, ownerTag: OWNER_TAG })
      return await createCluster(world, intent, waiting)
    }
    if (state === 'stopped') {
      await normal('Starting', `cluster ${externalName} is started`)
      return await startCluster(world, externalID, { ...waiting, ownerTag: OWNER_TAG })
    }
    if (state === 'failed') {
      await tell({ ...PROVISIONING, reason: 'Repairing', message: present.observed.message })
      await normal('Repairing', present.observed.message)
      return await updateCluster(world, externalID, intent, waiting)
    }
    if (specDifferences(present.observed.spec, intent.spec).length === 0) return present
    await normal('Updating', `nodes of cluster ${externalName} are brought in line`)
    return await updateCluster(world, externalID, intent, waiting)
  } finally {
    await telling
  }
}

/** `starting-nodes` -> `StartingNodes` */
function reasonFor(phase: string): string {
  return phase.replaceAll(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())
}
