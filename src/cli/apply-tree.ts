import { type Client, clusterPathOf } from '../client/index.ts'
import { isStatus, KeelsonError } from '../machinery/index.ts'
import { isPlatformObject } from '../platform/index.ts'
import { type Applied, type ApplyOptions, applyManifests } from './apply-manifests.ts'
import { inTreeOrder } from './apply-tree-order.ts'
import type { Environment } from './environment.ts'
import type { Manifest } from './manifest-text.ts'
import type { ManifestTree } from './manifest-tree.ts'
import { startStep } from './progress.ts'
import { nameOf } from './workspace-path.ts'
import { untilReady, workspaces } from './workspaces.ts'

export interface AppliedWorkspace {
  readonly path: string
  readonly applied: readonly Applied[]
}

interface TreeOptions extends Pick<ApplyOptions, 'namespace' | 'dryRun' | 'report' | 'changesOnly'> {
  /** Applies the directory of a workspace that has control centers or platforms; default: object by object, as any other. */
  readonly byPlan?: (manifests: readonly Manifest[], path: string) => Promise<void>
}

const READY_WITHIN = 60_000

/** Applies each directory in its workspace, a parent before its children, and enters a child when it is Ready. */
export async function applyTree(
  client: Client,
  tree: ManifestTree,
  options: TreeOptions,
  environment: Environment,
): Promise<AppliedWorkspace[]> {
  const top = clusterPathOf(client.prefix)
  if (top === undefined) {
    throw new KeelsonError('--tree needs a workspace: the server URL has no /clusters/<path>', 'add --workspace :root')
  }
  const width = Math.max(...pathsOf(tree).map((path) => join(top, path).length))
  const results: AppliedWorkspace[] = []
  const enter = async (node: ManifestTree): Promise<void> => {
    const path = join(top, node.path)
    const here = client.inCluster(path)
    const label = path.padEnd(width)
    const { byPlan } = options
    if (byPlan !== undefined && hasClusters(node)) await byPlan(node.manifests, path)
    else {
      const applied = await applyManifests(here, node.manifests, { ...options, label }, environment)
      results.push({ path, applied })
    }
    // A dry run creates no workspace that one could go into.
    if (options.dryRun) return
    for (const child of inTreeOrder(node.children, top)) {
      const name = nameOf(child.path)
      const step = startStep(environment.stdout, label, `workspace.tenancy.kcp.io/${name}`)
      try {
        await existing(here, name, child)
        await untilReady(here, name, {
          timeout: READY_WITHIN,
          signal: environment.signal,
          onChange: step.waiting,
        })
        step.clear()
        await enter(child)
      } catch (error) {
        step.clear()
        if (environment.signal.aborted) throw error
        options.report(error)
      }
    }
  }
  await enter(tree)
  return results
}

/** Whether there are control centers or platforms in the directory itself. */
export function hasClusters({ manifests }: ManifestTree): boolean {
  return manifests.some(({ object }) => isPlatformObject(object))
}

function join(top: string, path: string): string {
  return path === '' ? top : `${top}:${path}`
}

function pathsOf(tree: ManifestTree): string[] {
  return [tree.path, ...tree.children.flatMap(pathsOf)]
}

async function existing(client: Client, name: string, { directory }: ManifestTree): Promise<void> {
  try {
    await client.get(workspaces, name)
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error
    const text = `${directory}: there is no workspace "${name}" in ${clusterPathOf(client.prefix)}`
    throw new KeelsonError(text, `add a Workspace of this name to the files beside ${directory}`)
  }
}
