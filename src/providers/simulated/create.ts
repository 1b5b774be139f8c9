import { randomUUID } from 'node:crypto'
import { isDNS1123Label } from '../../machinery/index.ts'
import type { ClusterIntent, ClusterSpec, Waiting } from '../provider.ts'
import { fieldsRefused, operationFailed, type RefusedField } from '../provider-error.ts'
import { tagsOf } from '../tags.ts'
import { courseOf, type Surroundings } from './course.ts'
import { inState, oursOf } from './guard.ts'
import type { ClusterRecord } from './record.ts'

/** What the pretended world gives to whom asks for nothing. */
const DEFAULT_VERSION = 'v1.35.0'

const STEPS = ['network', 'control plane', 'nodes'] as const
/** After this many steps the endpoint is known. */
const HAS_ENDPOINT = 2

export async function createCluster(
  surroundings: Surroundings,
  intent: ClusterIntent,
  { signal, onProgress }: Waiting,
): Promise<ClusterRecord> {
  const { externalName } = intent
  const { world } = surroundings
  const course = courseOf('create', surroundings, externalName)
  signal.throwIfAborted()
  refuseWhatMakesNoSense(intent)
  onProgress?.({ phase: 'checking', message: `whether ${externalName} exists` })
  course.reach('before')
  let record = inOrder(
    world.change(externalName, (current) => inOrder(current ?? begun(intent), intent)),
    intent,
  )
  const { uid } = record
  course.reach('begun')
  while (record.state === 'building') {
    const { built } = record
    const step = STEPS[built] ?? 'nodes'
    const phase = `building-${step.replace(' ', '-')}`
    onProgress?.({ phase, message: `simulated ${step}`, done: built, total: STEPS.length })
    await course.wait(1 / STEPS.length, signal)
    record = inOrder(
      world.change(externalName, (current) => {
        if (current?.uid !== uid) throw operationFailed(`cluster ${externalName} was deleted while it was being built`)
        const same = inOrder(current, intent)
        // Another process may be building it as well: each step is done once.
        return same.state === 'building' && same.built === built ? afterStep(externalName, same) : same
      }),
      intent,
    )
    if (record.built === HAS_ENDPOINT) course.reach('half')
  }
  course.reach('after')
  return record
}

function inOrder(record: ClusterRecord | undefined, intent: ClusterIntent): ClusterRecord {
  const ours = oursOf(record, intent, intent.ownerTag, intent.identity)
  return inState(ours, intent, 'create', ['building', 'ready'])
}

/** The marks are part of the first write: no moment exists at which the cluster could not be found by its owner. */
function begun(intent: ClusterIntent): ClusterRecord {
  const { version, topology } = intent.spec
  return {
    simulated: true,
    uid: randomUUID(),
    state: 'building',
    tags: tagsOf(intent),
    spec: {
      version: version ?? DEFAULT_VERSION,
      topology: { controlPlane: topology?.controlPlane ?? { replicas: 1 }, pools: topology?.pools ?? [] },
    },
    built: 0,
    message: `waits for ${STEPS[0]}`,
    logTail: [],
  }
}

function afterStep(externalName: string, record: ClusterRecord): ClusterRecord {
  const built = record.built + 1
  const next = STEPS[built]
  return {
    ...record,
    built,
    state: next === undefined ? 'ready' : 'building',
    message: next === undefined ? '' : `waits for ${next}`,
    ...(built >= HAS_ENDPOINT ? { endpoint: record.endpoint ?? endpointOf(externalName, record) } : {}),
  }
}

/** The top level domain `invalid` never resolves (RFC 2606): nobody takes a simulated endpoint for a real one. */
function endpointOf(externalName: string, { uid }: ClusterRecord): NonNullable<ClusterRecord['endpoint']> {
  return {
    host: `${externalName}.simulated.invalid`,
    port: 6443,
    certificateAuthority: `simulated authority of ${uid}`,
  }
}

function refuseWhatMakesNoSense({ externalName, spec }: ClusterIntent): void {
  const faults: RefusedField[] = isDNS1123Label(externalName).map((message) => ({
    field: 'spec.externalName',
    message,
  }))
  if (faults.length > 0) throw fieldsRefused(faults)
  refuseVersion(spec)
}

export function refuseVersion({ version }: ClusterSpec): void {
  if (version === undefined || /^v\d+\.\d+\.\d+$/.test(version)) return
  throw fieldsRefused([
    { field: 'spec.version', message: `"${version}" is no version; write it as ${DEFAULT_VERSION}` },
  ])
}
