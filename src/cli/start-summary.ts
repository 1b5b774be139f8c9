/** What `keelson start` shows at the end: what is there, and what to type next. */
import { type Client, resourceRef } from '../client/index.ts'
import type { KubeObject } from '../machinery/index.ts'
import type { AppliedWorkspace } from './apply-tree.ts'
import { alignColumns, TABLE_COLUMNS } from './columns.ts'
import type { Served } from './environment.ts'
import { shortPath } from './serve.ts'

interface LogicalCluster extends KubeObject {
  readonly status?: { readonly phase?: string }
}

const logicalClusters = resourceRef<LogicalCluster>('core.kcp.io/v1alpha1', 'logicalclusters', { namespaced: false })
const TYPE = 'internal.tenancy.kcp.io/type'

/** A line a workspace, as the server sees it now. */
export async function overview(client: Client, workspaces: readonly AppliedWorkspace[]): Promise<string> {
  const lines = await Promise.all(
    workspaces.map(async ({ path, applied }) => {
      const { metadata, status } = await client.inCluster(path).get(logicalClusters, 'cluster')
      return [path, metadata.annotations?.[TYPE] ?? '', status?.phase ?? '', contentsText(applied)]
    }),
  )
  return alignColumns([['WORKSPACE', 'TYPE', 'PHASE', 'OBJECTS'], ...lines], TABLE_COLUMNS)
}

/** `configmaps: a, b; databases: c` */
function contentsText(applied: AppliedWorkspace['applied']): string {
  const byResource = Map.groupBy(applied, ({ resource }) => resource.resource)
  return [...byResource]
    .map(([resource, each]) => `${resource}: ${each.map(({ object }) => object.metadata.name).join(', ')}`)
    .join('; ')
}

/** Commands that show something of what was applied. */
export function nextSteps(workspaces: readonly AppliedWorkspace[], { kubeconfig }: Served): string {
  const all = workspaces.flatMap(({ path, applied }) => applied.map((each) => ({ path, ...each })))
  const shown = all.find(({ resource }) => resource.namespaced && resource.group !== '') ?? all.at(-1)
  const inPlace =
    shown === undefined
      ? []
      : [
          `npx keelson ws :${shown.path}`,
          `npx keelson get ${shown.resource.resource}`,
          `npx keelson describe ${shown.resource.singular} ${shown.object.metadata.name}`,
        ]
  const withKubectl = [
    `export KUBECONFIG=${shortPath(kubeconfig)}`,
    `kubectl get ${shown?.resource.resource ?? 'namespaces'} -o wide`,
    'kubectl create configmap hello --from-literal=from=kubectl',
  ]
  const indented = (commands: readonly string[]) => commands.map((command) => `  ${command}\n`).join('')
  return `In another terminal, in this directory, with nothing installed:

${indented(['npx keelson ws tree', ...inPlace])}
or with kubectl, which goes where ws went:

${indented(withKubectl)}
Ctrl-C ends it; the next start goes on with everything that is there.
`
}
