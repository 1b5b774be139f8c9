/** Finds WorkspaceTypes and what they say together with those that they extend. */
import { forbidden, type KubeObject, type StatusError } from '../machinery/index.ts'
import { type OperationContext, pathKey, ROOT_CLUSTER, type Services } from '../server/index.ts'
import { PATH_ANNOTATION, TENANCY_GROUP, TYPE_ANNOTATION } from './api/groups.ts'
import { type TypeReference, type WorkspaceTypeSpec, workspaceTypeSpec } from './api/workspace-type.ts'
import { parentPath } from './names.ts'
import { workspaceTypeDefinition } from './workspace-type.ts'

export interface ResolvedType {
  readonly name: string
  /** Canonical path of the workspace that it is in. */
  readonly path: string
  readonly cluster: string
  readonly spec: WorkspaceTypeSpec
}

const WORKSPACES = { group: TENANCY_GROUP, resource: 'workspaces' }

/** In the given workspace; without a path in the workspace at `from`, then upwards, at last in `root`. */
export async function resolveType(
  services: Services,
  reference: TypeReference,
  from: string,
): Promise<ResolvedType | undefined> {
  if (reference.path !== undefined) return typeAt(services, reference.path, reference.name)
  for (let path: string | undefined = from; path !== undefined; path = parentPath(path)) {
    const found = await typeAt(services, path, reference.name)
    if (found !== undefined) return found
  }
  return typeAt(services, ROOT_CLUSTER, reference.name)
}

async function typeAt(services: Services, path: string, name: string): Promise<ResolvedType | undefined> {
  const cluster = path.includes(':') ? (await services.store.get(pathKey(path)))?.value.toString() : path
  if (cluster === undefined) return undefined
  const object: KubeObject | undefined = await services.read(workspaceTypeDefinition, cluster, '', name)
  if (object === undefined) return undefined
  return {
    name,
    cluster,
    path: object.metadata.annotations?.[PATH_ANNOTATION] ?? path,
    spec: workspaceTypeSpec(object),
  }
}

/** The type and all that it extends, each once. Refuses (403) a cycle and what cannot be found. */
export async function aliasesOf(
  { services }: OperationContext,
  type: ResolvedType,
  workspace: string,
): Promise<ResolvedType[]> {
  const aliases = new Map<string, ResolvedType>()
  const visit = async (one: ResolvedType, above: readonly string[]): Promise<void> => {
    const id = formatType(one)
    if (above.includes(id)) throw refuse(workspace, `type ${id} extends itself: ${[...above, id].join(' -> ')}`)
    if (aliases.has(id)) return
    aliases.set(id, one)
    for (const reference of one.spec.extend?.with ?? []) {
      const extended = await resolveType(services, reference, one.path)
      if (extended === undefined)
        throw refuse(
          workspace,
          `unable to find inherited workspace type ${reference.path ?? one.path}:${reference.name}`,
        )
      await visit(extended, [...above, id])
    }
  }
  await visit(type, [])
  return [...aliases.values()]
}

/** The types that a logical cluster is of, by what its LogicalCluster says; none if it says nothing. Refuses as `aliasesOf`. */
export async function typesOf({ metadata }: KubeObject, context: OperationContext): Promise<ResolvedType[]> {
  const reference = parseType(metadata.annotations?.[TYPE_ANNOTATION])
  if (reference === undefined) return []
  const type = await resolveType(context.services, reference, ROOT_CLUSTER)
  if (type === undefined) throw refuse(metadata.name ?? '', `error getting WorkspaceType ${formatType(reference)}`)
  return aliasesOf(context, type, metadata.name ?? '')
}

/** From what `formatType` makes. */
export function parseType(text: string | undefined): Required<TypeReference> | undefined {
  const end = text?.lastIndexOf(':') ?? -1
  return text === undefined || end === -1 ? undefined : { path: text.slice(0, end), name: text.slice(end + 1) }
}

export function formatType({ path, name }: { readonly path: string; readonly name: string }): string {
  return `${path}:${name}`
}

/** kcp refuses what admission finds with 403. */
export function refuse(workspace: string, message: string): StatusError {
  return forbidden(WORKSPACES, workspace, message)
}
