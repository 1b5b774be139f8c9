/** Whether a value has its type, with upstream's wording (structured-merge-diff/typed/validate.go). */
import type { Json } from '../object.ts'
import {
  type FieldType,
  formOf,
  type ListType,
  type MapType,
  mainForm,
  type ScalarType,
  typeOfField,
} from './field-type.ts'
import { elementOfItem } from './list-item.ts'
import { fieldElement, indexElement, type PathElement, printElement } from './path-element.ts'
import { goType, goValue, isObject, isScalar } from './value.ts'

/** One text per violation, each with its path; empty when the value has the type. */
export function checkType(type: FieldType, value: Json, allowDuplicates: boolean): string[] {
  const form = formOf(type, value) ?? mainForm(type)
  if (form === 'map' && type.map !== undefined) return checkMap(type.map, value, allowDuplicates)
  if (form === 'scalar' && type.scalar !== undefined) return checkScalar(type.scalar, value)
  return type.list === undefined ? [] : checkList(type.list, value, allowDuplicates)
}

/** Messages of several violations are joined as upstream prints them. */
export function joinViolations(violations: readonly string[]): string {
  return violations.length === 1
    ? (violations[0] ?? '')
    : ['errors:', ...violations.map((text) => `  ${text}`)].join('\n')
}

function checkScalar(type: ScalarType, value: Json): string[] {
  if (value === null) return []
  if (type === 'untyped') return isScalar(value) ? [] : [`: expected any scalar, got &{${goValue(value)}}`]
  if (type === 'numeric') {
    return typeof value === 'number' ? [] : [`: expected numeric (int or float), got ${goType(value)}`]
  }
  if (type === 'string') {
    return typeof value === 'string'
      ? []
      : [`: expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`]
  }
  return typeof value === 'boolean' ? [] : [`: expected boolean, got &{${goValue(value)}}`]
}

/** Go's %#v of a decoded value. */
function goSyntax(value: Json): string {
  if (value === null) return 'interface {}(nil)'
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (!isObject(value)) return String(typeof value === 'string' ? JSON.stringify(value) : value)
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${goSyntax(value[key] as Json)}`)
  return `map[string]interface {}{${entries.join(', ')}}`
}

function checkList(type: ListType, value: Json, allowDuplicates: boolean): string[] {
  if (value === null) return []
  if (!Array.isArray(value)) return [`: expected list, got &{${goValue(value)}}`]
  const violations: string[] = []
  const seen = new Set<PathElement>()
  for (const [index, item] of value.entries()) {
    let element = indexElement(index)
    if (type.associative) {
      const found = elementOfItem(type, item)
      if (!found.ok) return [...violations, `: element ${index}: ${found.error}`]
      element = found.value
      if (seen.has(element) && !allowDuplicates) violations.push(`: duplicate entries for key ${printElement(element)}`)
      seen.add(element)
    }
    for (const text of checkType(type.element, item, allowDuplicates)) violations.push(printElement(element) + text)
  }
  return violations
}

function checkMap(type: MapType, value: Json, allowDuplicates: boolean): string[] {
  if (value === null) return []
  if (!isObject(value)) return [`: expected map, got &{${goValue(value)}}`]
  const violations: string[] = []
  for (const key of Object.keys(value)) {
    const field = typeOfField(type, key)
    const path = printElement(fieldElement(key))
    if (field === undefined) return [...violations, `${path}: field not declared in schema`]
    for (const text of checkType(field, value[key] as Json, allowDuplicates)) violations.push(path + text)
  }
  return violations
}
