import { join } from 'node:path'
import { readKubeconfig, writeKubeconfig } from './kubeconfig.ts'
import { startKubeApiserver } from './oracle/kube-apiserver.ts'
import { startKeelson } from './server.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { createWorkspace } from './workspace.ts'

/** What the end-to-end tests talk to. */
export interface Target extends AsyncDisposable {
  /** Makes an API of its own, with nothing in it, and answers with the path of its administrator's kubeconfig. */
  workspace(name: string): Promise<string>
}

/**
 * Starts a Keelson, or what `KEELSON_E2E_TARGET=kube-apiserver` asks for: the real kube-apiserver with the controllers that
 * Keelson has too. The second is how the tests' expectations are themselves tested.
 */
export async function startTarget(environment: NodeJS.ProcessEnv = process.env): Promise<Target> {
  return environment.KEELSON_E2E_TARGET === 'kube-apiserver' ? kubeApiserverTarget() : keelsonTarget()
}

async function keelsonTarget(): Promise<Target> {
  await using cleanup = new AsyncDisposableStack()
  const keelson = cleanup.use(await startKeelson())
  const folder = cleanup.use(await temporaryFolder())
  const administrator = await readKubeconfig(keelson.kubeconfig)
  const disposal = cleanup.move()
  return {
    async workspace(name) {
      const path = join(folder.path, `${name}.kubeconfig`)
      await writeKubeconfig(path, await createWorkspace(administrator, name))
      return path
    },
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  }
}

function kubeApiserverTarget(): Target {
  const servers = new AsyncDisposableStack()
  return {
    async workspace() {
      const controllers = ['garbage-collector-controller', 'namespace-controller']
      return servers.use(await startKubeApiserver({ controllers })).kubeconfig
    },
    [Symbol.asyncDispose]: () => servers.disposeAsync(),
  }
}
