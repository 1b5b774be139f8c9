/**
 * One step of a path into an object, written as FieldsV1 writes it: `f:<field>` of a map, `k:{<keys>}` of a list of objects,
 * `v:<value>` of a set, `i:<index>` of any other list (structured-merge-diff/fieldpath). The text is the step's identity.
 */
import { compareText, goJson, quote } from '../names/go-text.ts'
import type { Json } from '../object.ts'
import type { Result } from '../result.ts'
import { compareValues, valueText } from './value.ts'

export type PathElement = string
export type Path = readonly PathElement[]
/** The key fields of a list's element, sorted by name. */
export type KeyFields = readonly (readonly [name: string, value: Json])[]

const FIELD = 'f:'
const KEY = 'k:'
const VALUE = 'v:'
const INDEX = 'i:'

export function fieldElement(name: string): PathElement {
  return FIELD + name
}

/** Undefined for an element that is not a field of a map. */
export function fieldNameOf(element: PathElement): string | undefined {
  return element.startsWith(FIELD) ? element.slice(2) : undefined
}

export function isKeyElement(element: PathElement): boolean {
  return element.startsWith(KEY)
}

export function keyElement(fields: KeyFields): PathElement {
  const [first, ...rest] = fields
  if (first !== undefined && rest.length === 0) return `${KEY}{${JSON.stringify(first[0])}:${json(first[1])}}`
  const sorted = fields.toSorted(([left], [right]) => compareText(left, right))
  return `${KEY}{${sorted.map(([name, value]) => `${JSON.stringify(name)}:${json(value)}`).join(',')}}`
}

export function valueElement(value: Json): PathElement {
  return VALUE + json(value)
}

export function indexElement(index: number): PathElement {
  return `${INDEX}${index}`
}

/** Go's encoders write backspace and form feed by their numbers. */
function json(value: Json): string {
  return typeof value === 'number'
    ? JSON.stringify(value)
    : goJson(value).replace(/\\[bf\\]/g, (short) => LONG[short] ?? short)
}

const LONG: Readonly<Record<string, string>> = { '\\b': '\\u0008', '\\f': '\\u000c' }

/**
 * Reads an element that someone else may have written: another order of keys or another spelling of a value is the same
 * element. Undefined for a kind of element that is not known, which upstream skips.
 */
export function parseElement(text: string): Result<PathElement | undefined, string> {
  if (text.length < 2) return failed('key must be 2 characters long:')
  if (text[1] !== ':') return failed(`missing colon: ${text}`)
  const content = text.slice(2)
  if (text.startsWith(FIELD)) return ok(text)
  if (text.startsWith(INDEX)) {
    return /^[+-]?\d+$/.test(content)
      ? ok(indexElement(Number(content)))
      : failed(`strconv.Atoi: parsing ${quote(content)}: invalid syntax`)
  }
  if (!text.startsWith(KEY) && !text.startsWith(VALUE)) return ok(undefined)
  try {
    const value = JSON.parse(content) as Json
    if (text.startsWith(VALUE)) return ok(valueElement(value))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return failed(`not an object: ${content}`)
    return ok(keyElement(Object.entries(value)))
  } catch {
    return failed(`not valid JSON: ${content}`)
  }
}

function ok(value: PathElement | undefined): Result<PathElement | undefined, string> {
  return { ok: true, value }
}

function failed(error: string): Result<PathElement | undefined, string> {
  return { ok: false, error }
}

const ORDER = 'fkvi'

/** Fields first, then keys, values and indexes; fields by their bytes, values by kind and then by value. */
export function sortElements(elements: readonly PathElement[]): PathElement[] {
  if (elements.every((element) => element.startsWith(FIELD))) return elements.toSorted(compareText)
  return elements
    .map(parsed)
    .sort(compareParsed)
    .map(({ element }) => element)
}

/** An element with its place in the order, and its content read once. */
interface Parsed {
  readonly element: PathElement
  readonly kind: number
  readonly text: string
  readonly keys: KeyFields
  readonly value: Json
}

function parsed(element: PathElement): Parsed {
  const kind = ORDER.indexOf(element[0] ?? '')
  const isKey = element.startsWith(KEY)
  const isText = element.startsWith(FIELD)
  return {
    element,
    kind,
    text: isText ? element : '',
    keys: isKey ? keyFieldsOf(element) : [],
    value: isKey || isText ? null : contentOf(element),
  }
}

function compareParsed(left: Parsed, right: Parsed): number {
  return (
    left.kind - right.kind ||
    compareText(left.text, right.text) ||
    compareKeys(left.keys, right.keys) ||
    compareValues(left.value, right.value)
  )
}

function compareKeys(left: KeyFields, right: KeyFields): number {
  const length = Math.min(left.length, right.length)
  for (let i = 0; i < length; i++) {
    const [leftName, leftValue] = left[i] as KeyFields[number]
    const [rightName, rightValue] = right[i] as KeyFields[number]
    const order = compareText(leftName, rightName) || compareValues(leftValue, rightValue)
    if (order !== 0) return order
  }
  return left.length - right.length
}

/** The key fields of a `k:` element. */
export function keyFieldsOf(element: PathElement): KeyFields {
  return Object.entries(contentOf(element) as Record<string, Json>).toSorted(([left], [right]) =>
    compareText(left, right),
  )
}

function contentOf(element: PathElement): Json {
  return JSON.parse(element.slice(2)) as Json
}

/** `.spec.ports[port=80,protocol="TCP"].name`: how messages name a field. */
export function printPath(path: Path): string {
  return path.map(printElement).join('')
}

export function printElement(element: PathElement): string {
  const name = fieldNameOf(element)
  if (name !== undefined) return `.${name}`
  if (element.startsWith(INDEX)) return `[${element.slice(2)}]`
  if (element.startsWith(VALUE)) return `[=${valueText(contentOf(element))}]`
  return `[${keyFieldsOf(element)
    .map(([key, value]) => `${key}=${valueText(value)}`)
    .join(',')}]`
}
