import type { ApiServer } from '../e2e/api-server.ts'
import { type Access, readKubeconfig } from '../e2e/kubeconfig.ts'
import { startKubeApiserver } from '../e2e/oracle/kube-apiserver.ts'
import { startKeelson } from '../e2e/server.ts'
import { createWorkspace } from '../e2e/workspace.ts'

/** A program that is measured. */
export interface Contestant<Name extends string = 'kubeApiserver' | 'keelson'> {
  readonly name: Name
  start(): Promise<ApiServer>
  /** An API of its own in the running server, with nothing in it. */
  emptyApi(server: ApiServer): Promise<Access>
}

export const contestants: readonly Contestant[] = [
  {
    name: 'kubeApiserver',
    start: () => startKubeApiserver(),
    emptyApi: ({ kubeconfig }) => readKubeconfig(kubeconfig),
  },
  {
    name: 'keelson',
    start: () => startKeelson(),
    emptyApi: async ({ kubeconfig }) => createWorkspace(await readKubeconfig(kubeconfig), 'bench'),
  },
]
