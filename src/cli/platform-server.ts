/** For tests of this room: a harness of control centers and platforms, through a server of the test's own. */
import { setTimeout } from 'node:timers/promises'
import { type Client, resourceRef } from '../client/index.ts'
import { feature as lifecycle } from '../lifecycle/index.ts'
import { isStatus, type KubeObject } from '../machinery/index.ts'
import { platformFeature } from '../platform/index.ts'
import type { PlatformHarness } from './platform-harness.ts'

export interface ServedHarness extends PlatformHarness, AsyncDisposable {
  readonly client: Client
  /** The same through another workspace: `:root:b`. */
  readonly inWorkspace: (path: string) => PlatformHarness
  /** Takes an object away as if the server had never had it; its cluster stays. */
  readonly forget: (plural: string, name: string) => Promise<void>
}

interface ListeningServer extends AsyncDisposable {
  readonly client: Client
  readonly kubeconfig: () => string
}

function featuresOf({ folder }: PlatformHarness) {
  return [lifecycle, platformFeature({ simulatedFolder: folder })]
}

export type StartServer = (features: ReturnType<typeof featuresOf>) => Promise<ListeningServer>

/** Server and world end with it. */
export async function throughServer(harness: PlatformHarness, start: StartServer): Promise<ServedHarness> {
  const server = await start(featuresOf(harness))
  const { client } = server
  return {
    ...harness.through(server),
    client,
    inWorkspace: (path) => harness.through(server, path),
    forget: (plural, name) => forget(client, plural, name),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      harness[Symbol.dispose]()
    },
  }
}

interface Observed extends KubeObject {
  readonly status?: { readonly observedGeneration?: number }
}

async function forget(client: Client, plural: string, name: string): Promise<void> {
  const resource = resourceRef<Observed>('platform.keelson.dev/v1alpha1', plural, { namespaced: false })
  try {
    // From then on its controller does nothing to the cluster; when it says that it has seen so, nothing older is under way.
    const { metadata } = await client.patch(resource, name, 'merge', { spec: { managementPolicies: ['Observe'] } })
    while ((await client.get(resource, name)).status?.observedGeneration !== metadata.generation) await setTimeout(1)
    await client.delete(resource, name)
    await client.patch(resource, name, 'merge', { metadata: { finalizers: null } })
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error
  }
}
