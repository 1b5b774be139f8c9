/**
 * YAML as Kubernetes reads it: sigs.k8s.io/yaml, which is YAML 1.1 made into JSON. Texts `y`, `on` and `no` are booleans,
 * `0777` is octal, dates are text, the last of two equal keys wins, `<<` merges.
 */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml'
import { quote } from '../names/go-text.ts'
import type { Json, JsonObject } from '../object.ts'
import { getKey, isObject, setKey } from '../patch/json-value.ts'
import type { Result } from '../result.ts'
import { decodeJson, MAX_DEPTH, TOO_DEEP } from './json.ts'
import { goYamlFault } from './yaml-fault.ts'
import { goYamlTags } from './yaml-schema.ts'

export interface YamlError {
  readonly message: string
  /** Counted from 1. */
  readonly line: number
  /** The whole as upstream words it, where it has words of its own. */
  readonly asGo?: string | undefined
}

export interface YamlDocument {
  readonly value: Json
  /** Where its first value stands, counted from 1. */
  readonly line: number
  /** Keys that a map has more than once, worded as yaml.UnmarshalStrict does. */
  readonly duplicates: readonly string[]
}

/** Aliases may multiply a document by no more than this many values. */
const MAX_ALIASED_VALUES = 100_000

export type YamlValue = Pick<YamlDocument, 'value' | 'duplicates'>

/**
 * Reads one document. What is JSON is read as JSON, which is much faster.
 *
 * @returns its value, null for an empty text; or upstream's form of error, `yaml: line 3: ...`.
 */
export function parseYaml(text: string): Result<Json> {
  const parsed = parseYamlValue(text)
  return parsed.ok ? { ok: true, value: parsed.value.value } : parsed
}

/** parseYaml, with the keys that are there more than once. */
export function parseYamlValue(text: string): Result<YamlValue> {
  if (/^\s*[[{]/.test(text)) {
    const json = decodeJson(text)
    if (json.ok) return { ok: true, value: { value: json.value, duplicates: [] } }
    if (json.error === TOO_DEEP) return json
  }
  if (UNREADABLE.test(text)) return { ok: false, error: 'yaml: control characters are not allowed' }
  const documents = parseYamlDocuments(text)
  if (!documents.ok) {
    const { asGo, line, message } = documents.error
    return { ok: false, error: asGo ?? `yaml: line ${line}: ${message}` }
  }
  return { ok: true, value: documents.value[0] ?? { value: null, duplicates: [] } }
}

/** What go-yaml's reader does not take (readerc.go). */
const UNREADABLE = /[^\t\n\r\x20-\x7e\x85\xa0-\ufffd\u{10000}-\u{10ffff}]/u
const UNMARSHAL_ERRORS = 'yaml: unmarshal errors:'

/** What yaml.UnmarshalStrict says of them. */
export function duplicatesError(duplicates: readonly string[]): string {
  return [UNMARSHAL_ERRORS, ...duplicates].join('\n  ')
}

/** The lines of such an error, any other one as it is (apiserver/pkg/endpoints/handlers/rest.go, parseYAMLWarnings). */
export function linesOfError(error: string): string[] {
  const start = error.indexOf(UNMARSHAL_ERRORS)
  if (start === -1) return [error]
  return error
    .slice(start + UNMARSHAL_ERRORS.length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** Reads all documents of a text, which `---` separates. */
export function parseYamlDocuments(text: string): Result<YamlDocument[], YamlError> {
  const lines = new LineCounter()
  const lineOf = (offset: number | undefined) => lines.linePos(offset ?? 0).line || 1
  try {
    const documents = parseAllDocuments(text, {
      version: '1.1',
      schema: 'yaml-1.1',
      customTags: goYamlTags,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
      lineCounter: lines,
    })
    const values: YamlDocument[] = []
    for (const document of documents) {
      const [fault] = document.errors
      if (fault !== undefined) {
        const error = { message: faultOf(fault), line: lineOf(fault.pos[0]), asGo: goYamlFault(fault, text) }
        return { ok: false, error }
      }
      values.push(convert(document, lineOf))
    }
    return { ok: true, value: values }
  } catch (error) {
    if (error instanceof YamlFault) {
      const { message, offset } = error
      return { ok: false, error: { message, line: lineOf(offset), asGo: goYamlFault({ message, pos: [0, 0] }, text) } }
    }
    if (error instanceof RangeError) return { ok: false, error: { message: TOO_DEEP, line: 1 } }
    throw error
  }
}

/** The library reports its own stack overflow as a fault of the document. */
function faultOf({ message }: { readonly message: string }): string {
  return message.startsWith('Maximum call stack') ? TOO_DEEP : message
}

class YamlFault extends Error {
  override readonly name = 'YamlFault'
  readonly offset: number | undefined

  constructor(message: string, node: Node | null | undefined) {
    super(message)
    this.offset = node?.range?.[0]
  }
}

type Lines = (offset: number | undefined) => number

function convert(document: Document, lineOf: Lines): YamlDocument {
  const duplicates: string[] = []
  // By name, the latest so far: the library would search the whole document for each alias.
  const anchors = new Map<string, Node>()
  let aliased = 0

  function jsonOf(node: Node | null | undefined, depth: number, inAlias: boolean): Json {
    if (depth > MAX_DEPTH) throw new YamlFault(TOO_DEEP, node)
    if (inAlias && ++aliased > MAX_ALIASED_VALUES) {
      throw new YamlFault('document contains excessive aliasing', node)
    }
    if (isAlias(node)) return jsonOf(anchors.get(node.source) ?? missing(node, node.source), depth + 1, true)
    if (isNode(node) && node.anchor !== undefined && !inAlias) anchors.set(node.anchor, node)
    if (isSeq<Node>(node)) return node.items.map((item) => jsonOf(item, depth + 1, inAlias))
    if (isMap<Node, Node>(node)) return objectOf(node, depth, inAlias)
    return isScalar(node) ? scalarOf(node.value, node) : null
  }

  function objectOf(map: YAMLMap<Node, Node | null>, depth: number, inAlias: boolean): JsonObject {
    const object: JsonObject = {}
    const own = new Set<string>()
    for (const { key, value } of map.items) {
      const keyValue = jsonOf(key, depth + 1, inAlias)
      const resolved = jsonOf(value, depth + 1, inAlias)
      if (isMergeKey(key)) {
        for (const source of Array.isArray(resolved) ? resolved.toReversed() : [resolved]) {
          if (!isObject(source)) throw new YamlFault('map merge requires map or sequence of maps as the value', key)
          for (const name of Object.keys(source)) setKey(object, name, getKey(source, name) ?? null)
        }
        continue
      }
      const name = keyOf(keyValue, key)
      if (own.has(name)) duplicates.push(`line ${lineOf(key.range?.[0])}: key ${quote(name)} already set in map`)
      own.add(name)
      setKey(object, name, resolved)
    }
    return object
  }

  return { value: jsonOf(document.contents, 0, false), line: lineOf(document.contents?.range?.[0]), duplicates }
}

function missing(node: Node, name: string): never {
  throw new YamlFault(`unknown anchor '${name}' referenced`, node)
}

function isMergeKey(key: Node): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<' && key.tag === undefined
}

function keyOf(key: Json, node: Node): string {
  if (typeof key === 'object') throw new YamlFault(`unsupported map key: ${JSON.stringify(key)}`, node)
  // A key is text, which has all of its digits.
  const isLong = typeof key === 'number' && !Number.isSafeInteger(key) && isScalar(node)
  if (isLong && /^-?\d+$/.test(node.source ?? '')) {
    const whole = BigInt(node.source ?? 0)
    if (whole >= -(2n ** 63n) && whole < 2n ** 64n) return whole.toString()
  }
  return String(key)
}

function scalarOf(value: unknown, node: Node): Json {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new YamlFault(`json: unsupported value: ${value}`, node)
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}
