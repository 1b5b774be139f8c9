import type { Capabilities } from './provider.ts'
import { callRefused } from './provider-error.ts'

/** Throws `refused` for a lifetime that this type's credentials cannot have. */
export function refuseLifetime(seconds: number, { accessTTL: { min, max } }: Pick<Capabilities, 'accessTTL'>): void {
  if (!(seconds >= min && seconds <= max)) {
    throw callRefused(`a lifetime of ${seconds} s is not between ${min} and ${max} s`)
  }
}
