import { isDeepStrictEqual } from 'node:util'
import type { Capabilities, ClusterSpec, SpecField } from './provider.ts'
import type { RefusedField } from './provider-error.ts'

const VALUES: Readonly<Record<SpecField, (spec: ClusterSpec) => unknown>> = {
  'spec.version': (spec) => spec.version,
  'spec.topology.controlPlane': (spec) => spec.topology?.controlPlane,
  'spec.topology.pools': (spec) => spec.topology?.pools,
}

const FIELDS = Object.keys(VALUES) as SpecField[]

/** The fields that the spec sets and the provider cannot honour. Empty: it can honour all of it. */
export function refusedFields(type: string, spec: ClusterSpec, { fields }: Capabilities): RefusedField[] {
  return FIELDS.filter((field) => fields[field] === 'refused' && VALUES[field](spec) !== undefined).map((field) => ({
    field,
    message: `a cluster of type ${type} cannot honour it; leave it out`,
  }))
}

export interface FieldDifference {
  field: SpecField
  observed: unknown
  wanted: unknown
}

/** Where the world is not as wanted. Fields that are not asked for are not compared; the order of pools does not count. */
export function specDifferences(observed: ClusterSpec, wanted: ClusterSpec): FieldDifference[] {
  const differences: FieldDifference[] = []
  for (const field of FIELDS) {
    const [is, shall] = [VALUES[field](observed), VALUES[field](wanted)]
    if (shall === undefined || isDeepStrictEqual(inOrder(is), inOrder(shall))) continue
    differences.push({ field, observed: is, wanted: shall })
  }
  return differences
}

function inOrder(value: unknown): unknown {
  return Array.isArray(value) ? value.toSorted((a, b) => (a.name < b.name ? -1 : 1)) : value
}
