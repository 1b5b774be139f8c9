/** Which types of workspaces may lie in which: every alias of the child against every alias of the parent, and back. */
import type { TypeLimit } from './api/workspace-type.ts'
import { formatType, type ResolvedType } from './types.ts'

/** Every rule that is broken; none when the child may be made. */
export function brokenLimits(child: readonly ResolvedType[], parent: readonly ResolvedType[]): string[] {
  return [
    ...parent.flatMap((type) => broken(type, 'children', type.spec.limitAllowedChildren, child)),
    ...child.flatMap((type) => broken(type, 'parents', type.spec.limitAllowedParents, parent)),
  ]
}

function broken(
  type: ResolvedType,
  relation: string,
  limit: TypeLimit | undefined,
  others: readonly ResolvedType[],
): string[] {
  if (limit === undefined) return []
  const implemented = others.map(formatType)
  if (limit.none === true) return [`workspace type ${formatType(type)} allows no ${relation}`]
  const allowed = (limit.types ?? []).map(({ name, path = '' }) => formatType({ name, path }))
  if (implemented.some((one) => allowed.includes(one))) return []
  return [
    `workspace type ${formatType(type)} only allows [${allowed.join(' ')}] ${relation}, but the workspace implements [${implemented.join(' ')}]`,
  ]
}
