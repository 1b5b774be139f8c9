/** What tells the elements of an associative list apart (structured-merge-diff/typed/helpers.go). */
import { quote } from '../names/go-text.ts'
import type { Json } from '../object.ts'
import type { Result } from '../result.ts'
import type { ListType } from './field-type.ts'
import { keyElement, type PathElement, valueElement } from './path-element.ts'
import { isObject } from './value.ts'

export function elementOfItem(type: ListType, item: Json): Result<PathElement, string> {
  return type.keys.length > 0 ? keyOfItem(type, item) : valueOfItem(item)
}

function keyOfItem({ keys, element }: ListType, item: Json): Result<PathElement, string> {
  if (item === null) return failed('associative list with keys may not have a null element')
  if (!isObject(item)) return failed('associative list with keys may not have non-map elements')
  const fields: [string, Json][] = []
  for (const key of keys) {
    const value = item[key] === undefined ? element.map?.fields.get(key)?.default : item[key]
    // A key without value and default is left out: an element with it set is another element.
    if (value !== undefined) fields.push([key, value])
  }
  if (fields.length > 0) return { ok: true, value: keyElement(fields) }
  const names = keys.map(quote).join(' ')
  return failed(
    `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
  )
}

function valueOfItem(item: Json): Result<PathElement, string> {
  if (item === null) return failed("associative list without keys has an element that's an explicit null")
  if (Array.isArray(item)) return failed('not supported: associative list with lists as elements')
  if (isObject(item)) return failed("associative list without keys has an element that's a map type")
  return { ok: true, value: valueElement(item) }
}

function failed(error: string): Result<PathElement, string> {
  return { ok: false, error }
}
