/** tenancy.kcp.io Workspaces as commands see them. */
import { type Client, clusterPathOf, resourceRef } from '../client/index.ts'
import { KeelsonError, type KubeObject } from '../machinery/index.ts'
import { waitFor } from './wait-for.ts'

export interface Workspace extends KubeObject {
  readonly spec?: {
    readonly type?: { readonly name: string; readonly path?: string }
    readonly cluster?: string
    readonly URL?: string
    readonly mount?: unknown
  }
  readonly status?: {
    readonly phase?: string
    readonly initializers?: readonly string[]
    readonly conditions?: readonly { type: string; status: string; message?: string }[]
  }
}

export const workspaces = resourceRef<Workspace>('tenancy.kcp.io/v1alpha1', 'workspaces', { namespaced: false })

/** `root:team`; empty when unknown. */
export function typeText(workspace: Workspace | undefined): string {
  const type = workspace?.spec?.type
  return type === undefined ? '' : [type.path ?? [], type.name].flat().join(':')
}

/** `root:team` is type `team` of `root`; `team` alone is looked up by the server. */
export function parseType(text: string): { name: string; path?: string } {
  const end = text.lastIndexOf(':')
  const name = text.slice(end + 1).toLowerCase()
  return end === -1 ? { name } : { name, path: text.slice(0, end) }
}

/** The path of a child: from its URL, because a mount may lie elsewhere. */
export function pathOf(workspace: Workspace, parent: string): string {
  return clusterPathOf(workspace.spec?.URL ?? '') ?? `${parent}:${workspace.metadata.name}`
}

interface ReadyOptions {
  readonly timeout: number
  readonly signal: AbortSignal
  readonly onChange?: (reason: string) => void
}

export async function untilReady(client: Client, name: string, options: ReadyOptions): Promise<Workspace> {
  const ready = (workspace: Workspace | undefined) => workspace?.status?.phase === 'Ready'
  const found = await waitFor(client, workspaces, name, ready, { ...options, reason })
  if (found === undefined) throw new KeelsonError(`workspace "${name}" is gone`, 'create it again')
  return found
}

function reason(object: KubeObject | undefined): string {
  if (object === undefined) return 'the workspace to be created'
  const { phase = 'Scheduling', initializers = [], conditions = [] } = (object as Workspace).status ?? {}
  const failing = conditions.find(
    ({ status, message }) => status === 'False' && message !== undefined && message !== '',
  )
  const who = initializers.length === 0 ? '' : `, initializers ${initializers.join(', ')}`
  return `phase Ready: ${phase}${who}${failing === undefined ? '' : `: ${failing.message}`}`
}
