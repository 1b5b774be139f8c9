/** What ConfigMap and Secret share: how keys look, how much fits in, and `immutable: true`. */
import { isDeepStrictEqual } from 'node:util'
import { byteLength, fieldForbidden, fieldInvalid, type KubeObject, type StatusCause } from '../../machinery/index.ts'

/** Bytes of all values together; core.MaxSecretSize. */
export const MAX_DATA_BYTES = 1024 * 1024

const KEY = '[-._a-zA-Z0-9]+'
const KEY_PATTERN = new RegExp(`^${KEY}$`)
const KEY_MESSAGE = `a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '${KEY}')`

/** apimachinery/pkg/util/validation.IsConfigMapKey */
export function isConfigMapKey(key: string): string[] {
  const messages: string[] = []
  if (byteLength(key) > 253) messages.push('must be no more than 253 characters')
  if (!KEY_PATTERN.test(key)) messages.push(KEY_MESSAGE)
  if (key === '.') messages.push("must not be '.'")
  else if (key === '..') messages.push("must not be '..'")
  else if (key.startsWith('..')) messages.push("must not start with '..'")
  return messages
}

export function validateKeys(field: string, data: Readonly<Record<string, unknown>>): StatusCause[] {
  const causes: StatusCause[] = []
  for (const key of Object.keys(data)) {
    // Nearly all of them.
    if (key.length <= 253 && key[0] !== '.' && KEY_PATTERN.test(key)) continue
    for (const message of isConfigMapKey(key)) causes.push(fieldInvalid(`${field}[${key}]`, key, message))
  }
  return causes
}

/** How many bytes base64 text stands for, without decoding it. */
export function base64Bytes(text: unknown): number {
  if (typeof text !== 'string') return 0
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return Math.max(0, Math.floor((text.length * 3) / 4) - padding)
}

const IMMUTABLE = 'field is immutable when `immutable` is set'

/** An absent map is an empty one, as in Go. */
function sameData(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(left ?? {}, right ?? {})
}

export function validateImmutable(object: KubeObject, old: KubeObject, fields: readonly string[]): StatusCause[] {
  if (old.immutable !== true) return []
  const causes = object.immutable === true ? [] : [fieldForbidden('immutable', IMMUTABLE)]
  const changed = fields.filter((field) => !sameData(object[field], old[field]))
  return [...causes, ...changed.map((field) => fieldForbidden(field, IMMUTABLE))]
}
