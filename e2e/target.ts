import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readKubeconfig, writeKubeconfig } from './kubeconfig.ts'
import { startKubeApiserver } from './oracle/kube-apiserver.ts'
import { requestObject } from './request.ts'
import { startKeelson } from './server.ts'
import { temporaryFolder } from './temporary-folder.ts'

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
  const origin = new URL(keelson.url).origin
  const disposal = cleanup.move()
  return {
    async workspace(name) {
      const root = { ...administrator, url: `${origin}/clusters/root` }
      const workspaces = '/apis/tenancy.kcp.io/v1alpha1/workspaces'
      let workspace = await requestObject<Workspace>(root, 'POST', workspaces, {
        apiVersion: 'tenancy.kcp.io/v1alpha1',
        kind: 'Workspace',
        metadata: { name },
        spec: { type: { name: 'universal', path: 'root' } },
      })
      while (workspace.status?.phase !== 'Ready') {
        await sleep(20)
        workspace = await requestObject<Workspace>(root, 'GET', `${workspaces}/${name}`)
      }
      const path = join(folder.path, `${name}.kubeconfig`)
      await writeKubeconfig(path, { ...administrator, url: `${origin}/clusters/root:${name}` })
      return path
    },
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  }
}

interface Workspace {
  status?: { phase?: string }
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
