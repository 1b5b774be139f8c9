import type { Capabilities, ClusterIntent, Waiting } from '../provider.ts'
import { fieldsRefused } from '../provider-error.ts'
import { specDifferences } from '../spec-fields.ts'
import { tagsOf } from '../tags.ts'
import { courseOf, type Surroundings } from './course.ts'
import { refuseVersion } from './create.ts'
import { inState, oursOf } from './guard.ts'
import type { ClusterName, ClusterRecord } from './record.ts'

interface Step {
  phase: string
  apply(record: ClusterRecord, intent: ClusterIntent): ClusterRecord
}

/** The marks come last: a cluster whose update was cut off differs from its manifest still. */
const STEPS: readonly Step[] = [
  {
    phase: 'updating-version',
    apply: (record, { spec }) => ({
      ...record,
      spec: { ...record.spec, ...(spec.version === undefined ? {} : { version: spec.version }) },
    }),
  },
  {
    phase: 'updating-topology',
    apply: (record, { spec }) => ({
      ...record,
      spec: { ...record.spec, topology: { ...record.spec.topology, ...spec.topology } },
    }),
  },
  {
    phase: 'marking',
    apply: (record, intent) => ({
      ...record,
      state: 'ready',
      message: '',
      logTail: [],
      tags: { ...record.tags, ...tagsOf(intent) },
    }),
  },
]

/** A failed cluster is mended by the same steps, and is failed until the last one. */
export async function updateCluster(
  surroundings: Surroundings,
  { fields }: Capabilities,
  cluster: ClusterName,
  intent: ClusterIntent,
  { signal, onProgress }: Waiting,
): Promise<ClusterRecord> {
  const { world } = surroundings
  const course = courseOf('update', surroundings, cluster.externalName)
  signal.throwIfAborted()
  const ours = (current: ClusterRecord | undefined) => {
    const found = oursOf(current, cluster, intent.ownerTag, intent.identity)
    return inState(found, cluster, 'update', ['ready', 'failed'])
  }
  onProgress?.({ phase: 'checking', message: `what of ${cluster.externalName} differs` })
  course.reach('before')
  let record = ours(world.read(cluster.externalName))
  refuseVersion(intent.spec)
  const immutable = specDifferences(record.spec, intent.spec).filter(({ field }) => fields[field] === 'immutable')
  if (immutable.length > 0) {
    throw fieldsRefused(immutable.map(({ field }) => ({ field, message: 'cannot be changed in place' })))
  }
  for (const [index, { phase, apply }] of STEPS.entries()) {
    onProgress?.({ phase, message: `simulated cluster ${cluster.externalName}`, done: index, total: STEPS.length })
    await course.wait(1 / STEPS.length, signal)
    record = ours(world.change(cluster.externalName, (current) => apply(ours(current), intent)))
    if (index < STEPS.length - 1) course.reach(index === 0 ? 'begun' : 'half')
  }
  course.reach('after')
  return record
}
