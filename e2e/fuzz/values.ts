/** Names and JSON values, usual and unusual ones. */
import fc from 'fast-check'
import type { Json } from '../oracle/case.ts'

export const word = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'name',
    'default',
    '',
    '..',
    '%00',
    '%2e%2e',
    '__proto__',
    'constructor',
    'ü',
    '-1',
    '1e999',
  ),
  fc.string({ maxLength: 12 }),
)
export const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: false },
    fc.constantFrom<Json>(null, true, 0, -1, 2 ** 53, 1.5, '', 'a', '1Gi', '2026-01-01T00:00:00Z'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(word, tie('value'), { maxKeys: 4 }) as fc.Arbitrary<Json>,
  ),
})).value
