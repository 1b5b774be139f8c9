import type { Access } from '../e2e/kubeconfig.ts'
import { type LoadResult, load } from './load.ts'

const concurrency = 32

/** A ConfigMap of about 1 kB. */
const settings = JSON.stringify({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'NAME', labels: { app: 'bench' } },
  data: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`setting-${index}`, 'v'.repeat(24)])),
})

/** Puts `each` objects into each of the workspaces `root:<prefix>0` to `root:<prefix><count - 1>`, one workspace after the other. */
export function fill(administrator: Access, prefix: string, count: number, each: number): Promise<LoadResult> {
  return load(
    { ...administrator, url: new URL(administrator.url).origin },
    {
      operation: 'create',
      path: '/clusters/root:NAME/api/v1/namespaces/default/configmaps',
      concurrency,
      count: count * each,
      each,
      prefix,
      body: settings,
    },
  )
}
