/** Workspaces that export an API come before those of the same tree that bind it. */
import type { Manifest } from './manifest-text.ts'
import type { ManifestTree } from './manifest-tree.ts'

/** Siblings in the order in which they are applied; `top` is the path of the workspace that the tree stands for. */
export function inTreeOrder(siblings: readonly ManifestTree[], top: string): ManifestTree[] {
  const ordered: ManifestTree[] = []
  const begun = new Set<ManifestTree>()
  // Where two need each other the names decide: the server says what is missing.
  const visit = (node: ManifestTree): void => {
    if (begun.has(node)) return
    begun.add(node)
    const needed = exportPaths(node)
    for (const other of siblings) {
      const path = `${top}:${other.path}`
      if (needed.some((each) => each === path || each.startsWith(`${path}:`))) visit(other)
    }
    ordered.push(node)
  }
  for (const node of siblings) visit(node)
  return ordered
}

/** Of all workspaces that the bindings below a node name. */
function exportPaths({ manifests, children }: ManifestTree): string[] {
  return [...manifests.flatMap(exportPath), ...children.flatMap(exportPaths)]
}

function exportPath({ object }: Manifest): string[] {
  if (object.kind !== 'APIBinding') return []
  const { reference } = (object.spec ?? {}) as { reference?: { export?: { path?: unknown } } }
  const path = reference?.export?.path
  return typeof path === 'string' ? [path] : []
}
