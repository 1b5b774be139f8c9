/**
 * Counts what a ResourceQuota limits, when it is new, asks for something else, or somebody has written its status
 * (pkg/controller/resourcequota). From then on the server counts in the commit of each write, which gives the quota a new
 * version: a count that is out of date is refused as a conflict, and made again.
 */
import { isDeepStrictEqual } from 'node:util'
import { type Client, PARTIAL_METADATA_LIST, type ResourceRef, resourceRef } from '../../client/index.ts'
import { find, orGone } from '../../controller/index.ts'
import type { KubeObject } from '../../machinery/index.ts'
import { choreController } from '../chores.ts'

interface ResourceQuota extends KubeObject {
  spec?: {
    hard?: Record<string, string>
    scopes?: string[]
    scopeSelector?: { matchExpressions?: unknown[] }
  }
}

const QUOTAS = resourceRef<ResourceQuota>('v1', 'resourcequotas', { namespaced: true })
/** Names that count objects without `count/` before them. */
const LEGACY = ['configmaps', 'replicationcontrollers', 'resourcequotas', 'secrets']

export const resourceQuotaController = choreController({
  name: 'resourcequota-controller',
  rules: [
    { apiGroups: [''], resources: ['resourcequotas'], verbs: ['get'] },
    { apiGroups: [''], resources: ['resourcequotas/status'], verbs: ['update'] },
    { apiGroups: ['*'], resources: ['*'], verbs: ['list'] },
    { nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*'], verbs: ['get'] },
  ],
  async look({ namespace, name }, { client, signal }) {
    const quota = await find(client, QUOTAS, name, { namespace })
    if (quota === undefined || quota.metadata.deletionTimestamp !== undefined) return
    const { hard = {}, scopes = [], scopeSelector } = quota.spec ?? {}
    const isScoped = scopes.length > 0 || (scopeSelector?.matchExpressions ?? []).length > 0
    const used: Record<string, string> = {}
    for (const limited of Object.keys(hard)) {
      // Scopes are of Pods and volume claims, of which a workspace has none.
      const resource = isScoped ? undefined : await resourceOf(client, limited)
      used[limited] = resource === undefined ? '0' : String(await count(client, resource, namespace, signal))
    }
    const status = { hard, used }
    if (isDeepStrictEqual(quota.status, status)) return
    // As a whole and at this version: what has been counted meanwhile makes it a conflict.
    const options = { namespace, subresource: 'status', fieldManager: 'kube-controller-manager' }
    await orGone(client.update(QUOTAS, { ...quota, status }, options))
  },
})

/** Undefined for what is not served here: there are no such objects. */
async function resourceOf(client: Client, limited: string): Promise<ResourceRef | undefined> {
  const counted = limited.startsWith('count/') ? limited.slice('count/'.length) : limited
  if (counted === limited && !LEGACY.includes(limited)) return undefined
  const [plural = '', ...group] = counted.split('.')
  const all = await client.discovery.resources()
  return all.find((each) => each.resource === plural && each.group === group.join('.') && each.namespaced)
}

async function count(client: Client, resource: ResourceRef, namespace: string, signal: AbortSignal): Promise<number> {
  let found = 0
  for await (const _ of client.items(resource, { namespace, accept: PARTIAL_METADATA_LIST, signal })) found++
  return found
}
