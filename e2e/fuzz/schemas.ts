/** Schemas of custom resources with rules, right ones and wrong ones. */
import fc from 'fast-check'
import type { Json } from '../oracle/case.ts'
import { json, word } from './values.ts'

/** A rule as often right as not. */
const rule = fc
  .array(
    fc.constantFrom(
      'self',
      '.a',
      '.b',
      ' + ',
      ' == ',
      '(',
      ')',
      'has(self.a)',
      '1',
      '"x"',
      '.all(x, x > 0)',
      ' && ',
      '[0]',
      '.size()',
      '?',
      ':',
      '.matches("(a+)+$")',
      'oldSelf',
      'quantity("1Gi")',
      'optional.of(1)',
    ),
    { minLength: 1, maxLength: 7 },
  )
  .map((pieces) => pieces.join(''))
export const schema: fc.Arbitrary<Json> = fc.letrec<{ node: Json }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.record({ type: fc.constantFrom<Json>('string', 'integer', 'boolean', 'x') }) as unknown as fc.Arbitrary<Json>,
    fc.record(
      {
        type: fc.constantFrom<Json>('object', 'object', 'array', 'string', 'integer', 'number', 'boolean', 'x', 1),
        properties: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('node'), {
          maxKeys: 3,
        }) as fc.Arbitrary<Json>,
        items: tie('node'),
        additionalProperties: fc.oneof(fc.boolean() as fc.Arbitrary<Json>, tie('node')),
        pattern: fc.constantFrom('^a$', '(', '(?=a)', '[a-z]{1,1000}', 'a{2,1}'),
        default: json,
        enum: fc.array(json, { maxLength: 3 }),
        format: fc.constantFrom('date-time', 'int32', 'x'),
        maximum: fc.constantFrom<Json>(1, 'a', 1e30),
        nullable: fc.boolean(),
        'x-kubernetes-preserve-unknown-fields': fc.constantFrom(true, false),
        'x-kubernetes-list-type': fc.constantFrom('map', 'set', 'atomic', 'x'),
        'x-kubernetes-list-map-keys': fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
        'x-kubernetes-validations': fc.array(fc.record({ rule, message: word }), {
          maxLength: 2,
        }) as unknown as fc.Arbitrary<Json>,
      },
      { requiredKeys: ['type'] },
    ) as unknown as fc.Arbitrary<Json>,
  ),
})).node
