/** Who owns which fields, as structured-merge-diff's tests say it, and as an object's managedFields do. */
import type { Fields, Json } from '../oracle/case.ts'

export type PathElement = string | { readonly key: Fields } | { readonly value: Json } | { readonly index: number }

export interface Owned {
  readonly manager: string
  readonly operation: string
  readonly apiVersion: string
  readonly fieldsV1: Fields
}

/** A path below `spec` as FieldsV1 spells its elements. */
export function pathText(path: readonly PathElement[]): string {
  return path.map(elementText).join(' ')
}

function elementText(element: PathElement): string {
  if (typeof element === 'string') return `f:${element}`
  if ('key' in element) return `k:${JSON.stringify(Object.fromEntries(Object.entries(element.key).sort()))}`
  if ('value' in element) return `v:${JSON.stringify(element.value)}`
  return `i:${element.index}`
}

/** By manager and version, the paths below `spec` that it owns, sorted; `spec` itself is not one of them, and who owns none is left out. */
export function ownedIn(entries: readonly Owned[]): { manager: string; apiVersion: string; paths: string[] }[] {
  const owners = entries.map(({ manager, apiVersion, fieldsV1 }) => {
    const paths: string[] = []
    collect((fieldsV1['f:spec'] ?? {}) as Fields, [], paths)
    return { manager, apiVersion, paths: paths.sort() }
  })
  return owners.filter(({ paths }) => paths.length > 0)
}

function collect(fields: Fields, way: readonly string[], paths: string[]): void {
  for (const [element, below] of Object.entries(fields)) {
    if (element === '.') {
      if (way.length > 0) paths.push(way.join(' '))
      continue
    }
    const next = [...way, element]
    if (Object.keys(below as Fields).length === 0) paths.push(next.join(' '))
    else collect(below as Fields, next, paths)
  }
}
