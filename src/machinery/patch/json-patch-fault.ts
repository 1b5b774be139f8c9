/** Which operation of a JSON Patch does not apply, in the words of the library that upstream uses (evanphx/json-patch v4). */
import type { Json, JsonObject } from '../object.ts'
import { applyJsonPatch } from './json-patch.ts'
import { isObject } from './json-value.ts'

const MISSING = 'missing value'

export interface JsonPatchFault {
  readonly text: string
  readonly isFailedTest: boolean
}

/** @param patch - operations that do not apply to the document. */
export function jsonPatchFault(document: Json, patch: readonly Json[]): JsonPatchFault {
  let current = document
  for (const operation of patch) {
    const result = applyJsonPatch(current, [operation])
    if (!result.ok) return faultOf(current, isObject(operation) ? operation : {})
    current = result.value
  }
  return { text: MISSING, isFailedTest: false }
}

function faultOf(document: Json, { op, path, from }: JsonObject): JsonPatchFault {
  const failed = (text: string, isFailedTest = false): JsonPatchFault => ({ text, isFailedTest })
  const at = typeof path === 'string' ? path : undefined
  const source = typeof from === 'string' ? from : undefined
  const hasParent = (text: string | undefined) => text !== undefined && parentOf(document, text)
  switch (op) {
    case 'add':
    case 'remove':
      if (at === undefined) return failed(`${op} operation failed to decode path: ${MISSING}`)
      if (!hasParent(at)) return failed(`${op} operation does not apply: doc is missing path: "${at}": ${MISSING}`)
      return failed(`error in ${op} for path: '${at}': ${placeFault(document, at, op)}`)
    case 'replace':
      return hasParent(at)
        ? failed(`replace operation does not apply: doc is missing key: ${at ?? ''}: ${MISSING}`)
        : failed(`replace operation does not apply: doc is missing path: ${at ?? ''}: ${MISSING}`)
    case 'test':
      return hasParent(at)
        ? failed(`testing value ${at ?? ''} failed: test failed`, true)
        : failed(`test operation does not apply: is missing path: ${at ?? ''}: ${MISSING}`)
    case 'move':
    case 'copy':
      if (!hasParent(source))
        return failed(`${op} operation does not apply: doc is missing from path: ${source}: ${MISSING}`)
      if (!hasParent(at))
        return failed(`${op} operation does not apply: doc is missing destination path: ${at}: ${MISSING}`)
      return failed(
        `error in ${op} for path: '${keyOf(source ?? '')}': ${placeFault(document, source ?? '', 'remove')}`,
      )
    default:
      return failed(`Unexpected kind: ${typeof op === 'string' ? op : 'unknown'}`)
  }
}

function tokensOf(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function keyOf(path: string): string {
  return tokensOf(path).at(-1) ?? ''
}

/** What the last part of a path is looked up in; undefined where there is nothing. */
function parentOf(document: Json, path: string): Json | undefined {
  let current: Json | undefined = document
  for (const token of tokensOf(path).slice(0, -1)) {
    if (Array.isArray(current)) current = current[Number(token)]
    else current = isObject(current) ? current[token] : undefined
  }
  return isObject(current) || Array.isArray(current) ? current : undefined
}

function placeFault(document: Json, path: string, op: 'add' | 'remove'): string {
  const key = keyOf(path)
  if (!Array.isArray(parentOf(document, path))) return `Unable to remove nonexistent key: ${key}: ${MISSING}`
  if (/^-?\d+$/.test(key)) return `Unable to access invalid index: ${key}: invalid index referenced`
  const parsing = `strconv.Atoi: parsing "${key}": invalid syntax`
  return op === 'add' ? `value was not a proper array index: '${key}': ${parsing}` : parsing
}
