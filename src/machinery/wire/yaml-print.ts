/** Objects as `kubectl get -o yaml` prints them. */
import { isScalar, type Pair, type ScalarTag, stringify } from 'yaml'
import type { Json } from '../object.ts'

/**
 * Prints with sorted keys and lists that are not indented below their key. Unlike kubectl it folds no long lines; what it
 * prints is read back as the same value by YAML 1.1 and 1.2.
 */
export function printYaml(value: Json): string {
  return stringify(value, {
    version: '1.1',
    compat: 'core',
    customTags: (tags) => [...tags.filter((tag) => tag !== 'merge' && !isMergeTag(tag)), quotedMergeTag],
    indentSeq: false,
    lineWidth: 0,
    blockQuote: 'literal',
    aliasDuplicateObjects: false,
    sortMapEntries: (left, right) => compareKeys(keyOf(left), keyOf(right)),
  })
}

const MERGE = 'tag:yaml.org,2002:merge'

function isMergeTag(tag: unknown): boolean {
  return typeof tag === 'object' && tag !== null && 'tag' in tag && tag.tag === MERGE
}

/** No value is a merge, but the text `<<` has to be quoted lest it be read as one. */
const quotedMergeTag: ScalarTag = {
  tag: MERGE,
  default: true,
  test: /^<<$/,
  identify: () => false,
  resolve: (text) => text,
}

function keyOf({ key }: Pair): string {
  return String(isScalar(key) ? key.value : key)
}

const LETTER = /^\p{L}$/u

/** go.yaml.in/yaml's order: letters after all else, runs of digits by their number. */
function compareKeys(left: string, right: string): number {
  const a = [...left]
  const b = [...right]
  const at = a.findIndex((character, index) => character !== b[index])
  const first = at < 0 ? undefined : a[at]
  const second = at < 0 ? undefined : b[at]
  if (first === undefined || second === undefined) return a.length - b.length
  const isLetter = [LETTER.test(first), LETTER.test(second)]
  if (isLetter[0] !== isLetter[1]) return isLetter[0] ? 1 : -1
  const order = (first.codePointAt(0) ?? 0) - (second.codePointAt(0) ?? 0)
  if (isLetter[0]) return order
  const number = digitsAt(a, at)
  const other = digitsAt(b, at)
  return Number(number || 0) - Number(other || 0) || number.length - other.length || order
}

function digitsAt(characters: readonly string[], start: number): string {
  return /^[0-9]*/.exec(characters.slice(start).join(''))?.[0] ?? ''
}
