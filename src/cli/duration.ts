import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../machinery/index.ts'

/** The value of a flag, in milliseconds. */
export function readDuration(text: string): number {
  const duration = parseDuration(text)
  if (duration === undefined) throw new InvalidArgumentError('It must be a duration such as 30s or 2m.')
  return duration
}
