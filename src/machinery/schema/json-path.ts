/**
 * JSONPath as printer columns and selectable fields use it (client-go/util/jsonpath): fields, indexes, slices, unions,
 * wildcards, recursive descent and filters. Text around expressions and `range` are kubectl's alone.
 */
import { compareText } from '../names/go-text.ts'
import type { Json } from '../object.ts'
import { parseSteps } from './json-path-parser.ts'

/** `start` and `end` as in a Go slice; an end that is absent is the length. Negative numbers count from the end. */
export interface Slice {
  readonly type: 'slice'
  readonly start: number | undefined
  readonly end: number | undefined
  readonly step: number
}

export type Operand =
  | { readonly type: 'value'; readonly value: string | number | boolean | null }
  /** From the item that is filtered. */
  | { readonly type: 'path'; readonly steps: readonly Step[] }

export interface Filter {
  readonly type: 'filter'
  /** `exists` has one operand. */
  readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'exists'
  readonly left: Operand
  readonly right: Operand | undefined
}

export type Step =
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'wildcard' }
  | { readonly type: 'recursive' }
  | Slice
  | Filter
  | { readonly type: 'union'; readonly members: readonly (readonly Step[])[] }

export interface JsonPath {
  readonly text: string
  readonly steps: readonly Step[]
}

export type JsonPathResult =
  | { readonly ok: true; readonly value: JsonPath }
  | { readonly ok: false; readonly error: string }

/**
 * @param text - `.spec.replicas`, with or without braces and a leading `$`.
 * @example
 * const path = parseJsonPath('.status.conditions[?(@.type=="Ready")].status')
 * if (path.ok) evaluateJsonPath(path.value, object) // ['True']
 */
export function parseJsonPath(text: string): JsonPathResult {
  const braced = /^\{(.*)\}$/s.exec(text)?.[1] ?? text
  const steps = parseSteps(braced)
  return steps.ok ? { ok: true, value: { text, steps: steps.value } } : steps
}

/** What the path leads to, in order. What is missing leads to nothing, as with AllowMissingKeys. */
export function evaluateJsonPath(path: JsonPath, value: unknown): unknown[] {
  return follow(path.steps, [value as Json])
}

function follow(steps: readonly Step[], values: Json[]): Json[] {
  let current = values
  for (const step of steps) {
    if (current.length === 0) break
    current = current.flatMap((value) => take(step, value))
  }
  return current
}

function take(step: Step, value: Json): Json[] {
  switch (step.type) {
    case 'field':
      return isFields(value) && Object.hasOwn(value, step.name) ? [value[step.name] as Json] : []
    case 'wildcard':
      return children(value)
    case 'recursive':
      return descend(value)
    case 'slice':
      return Array.isArray(value) ? sliced(value, step) : []
    case 'filter':
      return (Array.isArray(value) ? value : []).filter((item) => holds(step, item))
    case 'union':
      return step.members.flatMap((steps) => follow(steps, [value]))
  }
}

function isFields(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function children(value: Json): Json[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value
  return Object.keys(value)
    .sort(compareText)
    .map((key) => value[key] as Json)
}

function descend(value: Json): Json[] {
  return [value, ...children(value).flatMap(descend)]
}

/** What reaches beyond the list leads to nothing: upstream gives an error, which no printer shows. */
function sliced(items: readonly Json[], { start = 0, end = items.length, step }: Slice): Json[] {
  const place = (index: number) => (index < 0 ? index + items.length : index)
  const first = place(start)
  const last = place(end)
  if (first < 0 || last > items.length) return []
  const taken: Json[] = []
  for (let index = first; index < last; index += step) taken.push(items[index] as Json)
  return taken
}

function holds({ operator, left, right }: Filter, item: Json): boolean {
  const [value] = resolve(left, item)
  if (operator === 'exists') return value !== undefined
  const [other] = right === undefined ? [] : resolve(right, item)
  if (value === undefined || other === undefined) return false
  if (operator === '==') return value === other
  if (operator === '!=') return value !== other
  if (typeof value !== typeof other || (typeof value !== 'number' && typeof value !== 'string')) return false
  const order = typeof value === 'number' ? value - (other as number) : compareText(value, other as string)
  if (operator === '<') return order < 0
  if (operator === '<=') return order <= 0
  return operator === '>' ? order > 0 : order >= 0
}

function resolve(operand: Operand, item: Json): Json[] {
  return operand.type === 'value' ? [operand.value] : follow(operand.steps, [item])
}
