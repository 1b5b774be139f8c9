/** The conflicts of an apply, as the Status says them (apimachinery/pkg/util/managedfields/internal/conflict.go). */
import type { StatusCause } from '../errors.ts'
import { compareText } from '../names/go-text.ts'
import { printManager } from './managed-fields.ts'
import { printPath } from './path-element.ts'
import type { Conflict } from './updater.ts'

export function conflictCauses(conflicts: readonly Conflict[]): StatusCause[] {
  return conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${printManager(manager)}`,
    field: printPath(path),
  }))
}

export function conflictMessage(conflicts: readonly Conflict[]): string {
  const [first] = conflicts
  if (first !== undefined && conflicts.length === 1) {
    const path = printPath(first.path)
    return `Apply failed with 1 conflict: conflict with ${printManager(first.manager)}: ${path}`
  }
  const byManager = Map.groupBy(conflicts, (conflict) => conflict.manager)
  const managers = [...byManager.keys()].sort(compareText)
  const lines = managers.flatMap((manager) => [
    `conflicts with ${printManager(manager)}:`,
    ...(byManager.get(manager) ?? []).map(({ path }) => `- ${printPath(path)}`),
  ])
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}
