/** The simulated provider's world as the conformance suite wants it. */
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProviderWorld } from '../conformance.ts'
import type { ClusterProvider } from '../provider.ts'
import { TAGS } from '../tags.ts'
import type { Control } from './control.ts'
import type { ClusterRecord } from './record.ts'
import { openSimulatedProvider } from './simulated-provider.ts'
import { openWorld } from './world.ts'

export function openForChild(folder: string): ClusterProvider {
  return openSimulatedProvider({ folder })
}

const HALF_OF_STEPS = 2

export async function openSimulatedWorld(): Promise<ProviderWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'keelson-simulated-'))
  const world = openWorld(folder, Date.now)
  let control: Partial<Control> = {}
  const arrange = async (change: Partial<Control>) => {
    control = { ...control, ...change }
    // Another process, or a call that is under way, may read it at any moment.
    await writeFile(join(folder, 'control.fresh'), JSON.stringify(control))
    await rename(join(folder, 'control.fresh'), join(folder, 'control.json'))
  }
  const fault = (call: Control['faults'][number]['call'], point: string, effect: string) =>
    ({ call, point, effect, message: 'out of order' }) as Control['faults'][number]

  return {
    open: () => openSimulatedProvider({ folder }),
    module: { url: import.meta.url, argument: folder },
    specs: {
      first: { version: 'v1.34.0', topology: { pools: [{ name: 'a', replicas: 1 }] } },
      second: { version: 'v1.35.4', topology: { pools: [{ name: 'a', replicas: 3, type: 'large' }] } },
    },
    refused: { spec: { version: 'latest' }, field: 'spec.version' },
    immutable: { spec: { topology: { controlPlane: { replicas: 3 } } }, field: 'spec.topology.controlPlane' },

    async plant(externalName, state, ownerTag) {
      const tags: Record<string, string> = ownerTag === undefined ? {} : { [TAGS.owner]: ownerTag }
      world.change(externalName, () => ({
        simulated: true,
        uid: `planted-${externalName}`,
        state,
        tags,
        spec: {},
        built: 0,
        message: '',
        logTail: [],
      }))
    },
    async put(externalName, state) {
      world.change(externalName, (record) => record && inState(record, state))
    },
    cutOff: () =>
      arrange({
        faults: (['list', 'observe', 'create', 'update', 'delete'] as const).map((call) =>
          fault(call, 'before', 'unreachable'),
        ),
      }),
    failCreate: (when) => arrange({ faults: [fault('create', when === 'half' ? 'half' : 'after', 'error')] }),
    killAt: (call, point) => arrange({ faults: [fault(call, point, 'kill')] }),
    killPoints: {
      create: ['before', 'begun', 'half', 'after'],
      update: ['begun', 'half', 'after'],
      delete: ['begun', 'after'],
    },
    slowDown: (call, milliseconds) => arrange({ latency: { [call]: milliseconds } }),
    heal: () => {
      control = {}
      return arrange({})
    },
    async everythingKept() {
      const files = await readdir(folder, { recursive: true, withFileTypes: true })
      const contents = files
        .filter((file) => file.isFile())
        .map((file) => readFile(join(file.parentPath, file.name), 'utf8'))
      return (await Promise.all(contents)).join('\n')
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

function inState(record: ClusterRecord, state: ClusterRecord['state']): ClusterRecord {
  if (state === 'building') return { ...record, state, built: HALF_OF_STEPS }
  if (state === 'failed') return { ...record, state, message: 'no disk left', logTail: ['kubelet: no disk left'] }
  return { ...record, state }
}
