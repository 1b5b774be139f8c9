/** metadata.generateName (apiserver/pkg/storage/names): five characters without vowels, so that no word appears. */
import { randomInt } from 'node:crypto'

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'
const SUFFIX_LENGTH = 5
const MAX_BASE_LENGTH = 63 - SUFFIX_LENGTH

/**
 * A name that begins with `base`, at most 63 characters long.
 *
 * @param random - a number from 0 up to, not including, its argument.
 * @example generateName('job-') // 'job-x7k2v'
 */
export function generateName(base: string, random: (limit: number) => number = randomInt): string {
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => ALPHABET[random(ALPHABET.length)]).join('')
  return base.slice(0, MAX_BASE_LENGTH) + suffix
}
