/** Sets of fields for property-based tests: few names, so that sets meet. */
import fc from 'fast-check'
import { type FieldSet, fieldSetOf } from './field-set.ts'

const element = fc.constantFrom('f:a', 'f:b', 'f:c', 'k:{"name":"x"}', 'k:{"name":"y"}', 'v:1', 'v:"z"', 'i:0')

export const pathArbitrary = fc.array(element, { minLength: 1, maxLength: 4 })

export const fieldSetArbitrary: fc.Arbitrary<FieldSet> = fc
  .array(pathArbitrary, { maxLength: 12 })
  .map((paths) => fieldSetOf(...paths))
