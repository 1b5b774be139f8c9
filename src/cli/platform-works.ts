/** For tests of this room: what a run may be at when something goes wrong, and how the next run must end it. */
import assert from 'node:assert/strict'
import { clusterManifest, type PlatformHarness, platformHarness, type WorldRecord } from './platform-harness.ts'

const NAME = 'emea'
const WANTED = 'v1.35.4'
/** Fields of the control center `emea`. */
export const FIELDS = `externalName: ${NAME}, version: ${WANTED}, adoption: IfUntagged`
const APPLY = 'apply --auto-approve'
const DESTROY = 'destroy --auto-approve'

export interface Work {
  readonly name: string
  readonly line: string
  readonly fields: string
  /** What is there when it begins. */
  readonly arrange: (ready: WorldRecord) => WorldRecord | undefined
  readonly faults: readonly (readonly [call: string, points: readonly string[]])[]
  readonly ends: 'ready' | 'absent' | 'released'
}

/** With what may go wrong at which points of a provider's calls. */
export const WORKS: readonly Work[] = [
  {
    name: 'create',
    line: APPLY,
    fields: FIELDS,
    arrange: () => undefined,
    faults: [
      ['list', ['before', 'after']],
      ['observe', ['before', 'after']],
      ['create', ['before', 'begun', 'half', 'after']],
    ],
    ends: 'ready',
  },
  {
    name: 'update',
    line: APPLY,
    fields: FIELDS,
    arrange: (ready) => ({ ...ready, spec: { ...ready.spec, version: 'v1.34.0' } }),
    faults: [['update', ['before', 'begun', 'half', 'after']]],
    ends: 'ready',
  },
  {
    name: 'start',
    line: APPLY,
    fields: FIELDS,
    arrange: (ready) => ({ ...ready, state: 'stopped' }),
    faults: [['start', ['before', 'after']]],
    ends: 'ready',
  },
  {
    name: 'adopt',
    line: APPLY,
    fields: FIELDS,
    arrange: (ready) => ({ ...ready, tags: {}, spec: { ...ready.spec, version: 'v1.34.0' } }),
    faults: [
      ['adopt', ['before', 'after']],
      ['update', ['begun']],
    ],
    ends: 'ready',
  },
  {
    name: 'replace',
    line: `${APPLY} --allow-replace`,
    fields: `${FIELDS}, topology: {controlPlane: {replicas: 3}}`,
    arrange: (ready) => ready,
    faults: [
      ['delete', ['begun', 'after']],
      ['create', ['begun', 'half']],
    ],
    ends: 'ready',
  },
  {
    name: 'destroy',
    line: DESTROY,
    fields: FIELDS,
    arrange: (ready) => ready,
    faults: [['delete', ['before', 'begun', 'after']]],
    ends: 'absent',
  },
  {
    name: 'release',
    line: DESTROY,
    fields: `${FIELDS}, deletionPolicy: Orphan`,
    arrange: (ready) => ready,
    faults: [['release', ['before', 'after']]],
    ends: 'released',
  },
]

/** A world in which the work is still to be done. */
export async function begin({ fields, arrange }: Work): Promise<PlatformHarness> {
  const harness = platformHarness()
  harness.write('manifests/emea.yaml', clusterManifest('ControlCenter', 'emea', FIELDS))
  assert.equal((await harness.run(APPLY)).code, 0)
  harness.write('manifests/emea.yaml', clusterManifest('ControlCenter', 'emea', fields))
  const record = arrange(harness.read(NAME) as WorldRecord)
  if (record === undefined) harness.remove(NAME)
  else harness.arrange(NAME, record)
  return harness
}

/** The run after the one that went wrong: it must end well, with exactly what is wanted. */
export async function end({ line, ends }: Work, harness: PlatformHarness): Promise<void> {
  const begun = harness.read(NAME)
  harness.control({})
  const { code, out, err } = await harness.run(line)
  assert.equal(code, 0, out + err)
  const { state, spec, tags, uid } = harness.read(NAME) ?? {}
  assert.deepEqual(harness.clusters(), ends === 'absent' ? [] : [`${NAME}.json`])
  if (ends === 'released') assert.deepEqual([state, tags], [begun?.state, {}])
  if (ends !== 'ready') return
  assert.deepEqual([state, spec?.version, tags?.['keelson-owner']], ['ready', WANTED, 'org-a'])
  // What was on its way is gone on with: there is never a second.
  if (begun?.state === 'building') assert.equal(uid, begun.uid)
  const calm = await harness.run('drift --detailed-exitcode')
  assert.equal(calm.code, 0, calm.out)
}
