/** The workspaces below a place, and in each what the category `keelson` names: control centers with their platforms, and
 *  whatever else a platform team puts into that category. */
import { type Client, type DiscoveredResource, resourceRef } from '../client/index.ts'
import { isStatus, type KubeObject } from '../machinery/index.ts'
import { nameText } from './output-format.ts'
import { pathOf, workspaces } from './workspaces.ts'

export interface TreeNode {
  readonly kind: string
  readonly name: string
  /** `platform.platform.keelson.dev/staging`; of a workspace `workspace.tenancy.kcp.io/acme`. */
  readonly object: string
  /** The path of the workspace that it is, or is in. */
  readonly workspace: string
  /** Status of the condition Ready; empty when none is reported. */
  readonly ready: string
  readonly message: string
  readonly endpoint: string
  readonly children: readonly TreeNode[]
}

interface Reporting extends KubeObject {
  readonly spec?: { readonly controlCenterRef?: { readonly name?: string } }
  readonly status?: {
    readonly phase?: string
    readonly endpoint?: string | { readonly host?: string; readonly port?: number }
    readonly conditions?: readonly { type: string; status: string; message?: string }[]
  }
}

const CATEGORY = 'keelson'
const logicalClusters = resourceRef<Reporting>('core.kcp.io/v1alpha1', 'logicalclusters', { namespaced: false })

/** Of the workspace at `path`. What may not be read is left out. */
export async function treeNodes(client: Client, path: string, signal: AbortSignal): Promise<TreeNode> {
  const here = client.inCluster(path)
  const [self, below, objects] = await Promise.all([
    readable(here.get(logicalClusters, 'cluster', { signal }), undefined),
    readable(here.list(workspaces, { signal }), { items: [] }),
    objectsIn(here, signal),
  ])
  const nested = await Promise.all(
    below.items
      .filter(({ metadata, spec }) => metadata.deletionTimestamp === undefined && spec?.mount === undefined)
      .map((workspace) => treeNodes(client, pathOf(workspace, path), signal)),
  )
  const name = path.split(':').at(-1) ?? path
  const phase = self?.status?.phase
  return {
    kind: 'Workspace',
    name,
    object: `workspace.tenancy.kcp.io/${name}`,
    workspace: path,
    ready: phase === undefined ? '' : phase === 'Ready' ? 'True' : 'False',
    message: phase === undefined || phase === 'Ready' ? '' : phase,
    endpoint: '',
    children: [...underTheirCenters(objects, path), ...nested],
  }
}

interface Found {
  readonly resource: DiscoveredResource
  readonly object: Reporting
}

async function objectsIn(client: Client, signal: AbortSignal): Promise<Found[]> {
  const resources = await readable(client.discovery.mapResource(CATEGORY), [])
  const lists = await Promise.all(
    resources
      .filter(({ verbs }) => verbs.includes('list'))
      .map(async (resource) => {
        const { items } = await readable(client.list<Reporting>(resource, { signal }), { items: [] })
        return items.map((object) => ({ resource, object }))
      }),
  )
  return lists.flat()
}

async function readable<T, F>(request: Promise<T>, fallback: F): Promise<T | F> {
  try {
    return await request
  } catch (error) {
    if (isStatus(error, 'Forbidden') || isStatus(error, 'NotFound')) return fallback
    throw error
  }
}

function underTheirCenters(found: readonly Found[], workspace: string): TreeNode[] {
  const isCenter = ({ resource }: Found) => resource.kind === 'ControlCenter'
  const centerOf = ({ object }: Found) => object.spec?.controlCenterRef?.name
  const centers = new Set(found.filter(isCenter).map(({ object }) => object.metadata.name))
  const isBelow = (each: Found) => !isCenter(each) && centers.has(centerOf(each) ?? '')
  return found
    .filter((each) => !isBelow(each))
    .map((each) => {
      const name = each.object.metadata.name
      const below = isCenter(each) ? found.filter((other) => isBelow(other) && centerOf(other) === name) : []
      return objectNode(
        each,
        workspace,
        below.map((other) => objectNode(other, workspace, [])),
      )
    })
}

function objectNode({ resource, object }: Found, workspace: string, children: readonly TreeNode[]): TreeNode {
  const { metadata, status = {} } = object
  const name = metadata.name ?? ''
  const ready = status.conditions?.find(({ type }) => type === 'Ready')
  return {
    kind: resource.kind,
    name,
    object: nameText(resource, name),
    workspace,
    ready: ready?.status ?? '',
    message: ready?.message ?? '',
    endpoint: endpointText(status.endpoint),
    children,
  }
}

function endpointText(endpoint: NonNullable<Reporting['status']>['endpoint']): string {
  if (endpoint === undefined || typeof endpoint === 'string') return endpoint ?? ''
  const { host, port } = endpoint
  return host === undefined ? '' : `https://${host}${port === undefined ? '' : `:${port}`}`
}
