/** One validation on its way through a value: where it is, and what it has found. */
import type { StatusCause } from '../errors.ts'
import { fieldInvalid, fieldRequired, fieldTooLong, fieldTooMany } from '../names/field-error.ts'
import { childPath, fieldName, wayText } from './field-path.ts'

export interface Validation {
  /** The field that the validated value is, when it is part of an object: `status`. Not part of messages. */
  readonly prefix: string
  /** Steps from the validated value to the one that is looked at: names and indexes. */
  readonly way: (string | number)[]
  /** By kube-openapi's text, since it reports each text once; undefined until there is one. */
  causes: Map<string, StatusCause> | undefined
  /** Counts faults and keeps no causes. */
  readonly silent: boolean
  faults: number
  /** kube-openapi's MatchCount. */
  matches: number
}

export function startValidation(prefix: string): Validation {
  return { prefix, way: [], causes: undefined, silent: false, faults: 0, matches: 0 }
}

export function faultField(validation: Validation): string {
  const text = wayText(validation.way)
  if (text === '') return fieldName(validation.prefix)
  return childPath(validation.prefix, text.startsWith('.') ? text.slice(1) : text)
}

/** What the cause of a fault says; by default that the value is invalid. */
type Fault =
  | { readonly value: unknown }
  | { readonly required: true }
  | { readonly tooLong: number }
  | { readonly tooMany: number; readonly limit: number }
  | { readonly text: string; readonly cause: () => StatusCause }

/** Adds a fault of the value that is looked at. `message` goes after `<path> in body`. */
export function addFault(validation: Validation, message: string, fault: Fault): void {
  validation.faults += 1
  if (validation.silent) return
  const text = 'text' in fault ? fault.text : `${wayText(validation.way)} in body ${message}`
  validation.causes ??= new Map()
  if (validation.causes.has(text)) return
  validation.causes.set(text, causeOf(validation, text, fault))
}

function causeOf(validation: Validation, text: string, fault: Fault): StatusCause {
  if ('cause' in fault) return fault.cause()
  const field = faultField(validation)
  if ('required' in fault) return fieldRequired(field, '')
  if ('tooLong' in fault) return fieldTooLong(field, fault.tooLong)
  if ('tooMany' in fault) return fieldTooMany(field, fault.tooMany, fault.limit)
  return fieldInvalid(field, fault.value, text)
}

export interface Mark {
  readonly faults: number
  readonly causes: number
}

export function mark({ faults, causes }: Validation): Mark {
  return { faults, causes: causes?.size ?? 0 }
}

/** Forgets the faults that were found since. */
export function restore(validation: Validation, { faults, causes }: Mark): void {
  validation.faults = faults
  if (validation.causes === undefined) return
  for (const text of [...validation.causes.keys()].slice(causes)) validation.causes.delete(text)
}
