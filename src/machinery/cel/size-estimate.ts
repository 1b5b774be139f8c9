/** How large the values of an expression's parts may be (cel-go checker/cost.go). */
import type { Checked } from './checker.ts'
import { fixed, type Range, UNKNOWN, union } from './estimate.ts'
import type { Expression } from './expression.ts'
import type { SchemaType } from './schema-type.ts'
import { DYN, type Type, unwrapOptional } from './type.ts'
import { isKind } from './value.ts'

/** Where a value comes from: the variable, then fields, `@items`, `@values` and `@keys`. */
export type Path = readonly string[]

/** Sizes of what a list or a map holds. */
interface EntrySizes {
  readonly container: 'list' | 'map'
  readonly key: Range
  readonly value: Range
}

export interface Local {
  readonly path: Path
  readonly size: Range | undefined
  readonly entries: EntrySizes | undefined
}

export interface Estimation {
  readonly checked: Checked
  readonly root: SchemaType
  readonly paths: Map<Expression, Path>
  readonly sizes: Map<Expression, Range>
  readonly entries: Map<Expression, EntrySizes>
  readonly locals: Map<string, Local>[]
}

export function local({ locals }: Estimation, name: string): Local | undefined {
  for (const scope of [...locals].reverse()) {
    const found = scope.get(name)
    if (found !== undefined) return found
  }
  return undefined
}

export function typeOf({ checked }: Estimation, expression: Expression): Type {
  return checked.types.get(expression) ?? DYN
}

export function pathOf(estimation: Estimation, expression: Expression): Path {
  const known = expression.kind === 'ident' ? local(estimation, expression.name)?.path : undefined
  return known ?? estimation.paths.get(expression) ?? []
}

export function schemaSize({ root }: Estimation, path: Path): Range | undefined {
  if (path.length === 0) return undefined
  let type: SchemaType | undefined = root
  for (const name of path.slice(1)) {
    if (name === '@items' || name === '@values') type = type.element
    else type = name === '@keys' ? type.key : type.fields?.get(name)
    if (type === undefined) return undefined
  }
  return { min: 0, max: type.maxElements }
}

const SCALARS = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint'])

function isScalar(type: Type): boolean {
  const inner = unwrapOptional(type)
  return inner === undefined ? SCALARS.has(type.kind) : isScalar(inner)
}

function literalSize(expression: Expression): Range | undefined {
  if (expression.kind === 'list') return fixed(expression.elements.length)
  if (expression.kind === 'map') return fixed(expression.entries.length)
  if (expression.kind !== 'literal') return undefined
  const { value } = expression
  if (typeof value === 'string') return fixed([...value].length)
  return fixed(isKind(value, 'bytes') ? value.value.length : 1)
}

export function sizeOf(estimation: Estimation, expression: Expression): Range | undefined {
  const known = estimation.sizes.get(expression) ?? literalSize(expression)
  if (known !== undefined) return known
  const declared = schemaSize(estimation, pathOf(estimation, expression))
  if (declared !== undefined) {
    estimation.sizes.set(expression, declared)
    return declared
  }
  if (isScalar(typeOf(estimation, expression))) return fixed(1)
  return expression.kind === 'ident' ? local(estimation, expression.name)?.size : undefined
}

export function sizeOrUnknown(estimation: Estimation, expression: Expression): Range {
  return sizeOf(estimation, expression) ?? UNKNOWN
}

export function entriesOf(estimation: Estimation, expression: Expression): EntrySizes | undefined {
  const known = estimation.entries.get(expression)
  if (known !== undefined || expression.kind !== 'ident') return known
  return local(estimation, expression.name)?.entries
}

export function setEntries(estimation: Estimation, expression: Expression, entries: EntrySizes | undefined): void {
  if (entries !== undefined) estimation.entries.set(expression, entries)
}

export function joinEntries(left: EntrySizes | undefined, right: EntrySizes | undefined): EntrySizes | undefined {
  if (left === undefined || right === undefined) return undefined
  return { container: left.container, key: union(left.key, right.key), value: union(left.value, right.value) }
}
