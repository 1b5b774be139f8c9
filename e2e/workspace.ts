import { setTimeout as sleep } from 'node:timers/promises'
import type { Access } from './kubeconfig.ts'
import { requestObject } from './request.ts'

interface Workspace {
  status?: { phase?: string }
}

/** The collection of a workspace's children. */
export const workspacesPath = '/apis/tenancy.kcp.io/v1alpha1/workspaces'

/** The manifest of a workspace of type universal. */
export function universalWorkspace(name: string): object {
  return {
    apiVersion: 'tenancy.kcp.io/v1alpha1',
    kind: 'Workspace',
    metadata: { name },
    spec: { type: { name: 'universal', path: 'root' } },
  }
}

/** What the same user has at another workspace of the same Keelson. */
export function accessTo(access: Access, path: string): Access {
  return { ...access, url: `${new URL(access.url).origin}/clusters/${path}` }
}

/** Makes the workspace `root:<name>`, waits until it is ready, and answers with its administrator's access. */
export async function createWorkspace(administrator: Access, name: string): Promise<Access> {
  const root = accessTo(administrator, 'root')
  let workspace = await requestObject<Workspace>(root, 'POST', workspacesPath, universalWorkspace(name))
  while (workspace.status?.phase !== 'Ready') {
    await sleep(20)
    workspace = await requestObject<Workspace>(root, 'GET', `${workspacesPath}/${name}`)
  }
  return accessTo(administrator, `root:${name}`)
}
