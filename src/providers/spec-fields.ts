import { isDeepStrictEqual } from 'node:util'
import type { Capabilities, ClusterSpec, SpecField } from './provider.ts'
import type { RefusedField } from './provider-error.ts'

const VALUES: Readonly<Record<SpecField, (spec: ClusterSpec) => unknown>> = {
  'spec.version': (spec) => spec.version,
  'spec.topology.controlPlane': (spec) => spec.topology?.controlPlane,
  'spec.topology.pools': (spec) => spec.topology?.pools?.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
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

/**
 * Where the world is not as wanted. What is not asked for is not compared, neither a field nor the machine type of a pool;
 * the order of pools does not count.
 */
export function specDifferences(observed: ClusterSpec, wanted: ClusterSpec): FieldDifference[] {
  return FIELDS.map((field) => ({ field, observed: VALUES[field](observed), wanted: VALUES[field](wanted) })).filter(
    (difference) => !satisfies(difference.observed, difference.wanted),
  )
}

/** Whether everything that is wanted is so; lists are compared whole. */
function satisfies(observed: unknown, wanted: unknown): boolean {
  if (wanted === undefined) return true
  if (Array.isArray(wanted)) {
    if (!Array.isArray(observed) || observed.length !== wanted.length) return false
    return wanted.every((item, index) => satisfies(observed[index], item))
  }
  if (!isObject(wanted) || !isObject(observed)) return isDeepStrictEqual(observed, wanted)
  return Object.entries(wanted).every(([key, value]) => satisfies(observed[key], value))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
