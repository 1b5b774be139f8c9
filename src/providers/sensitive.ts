import { inspect } from 'node:util'

/** A text that must not reach a log, a plan, a state file or an event: only reveal() gives it. */
export interface Sensitive {
  reveal(): string
  toString(): string
  toJSON(): string
  [inspect.custom](): string
}

const REDACTED = '[redacted]'
const redacted = () => REDACTED

/** @example String(sensitive('token')) // [redacted] */
export function sensitive(value: string): Sensitive {
  return { reveal: () => value, toString: redacted, toJSON: redacted, [inspect.custom]: redacted }
}
