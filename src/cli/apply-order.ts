/** Definitions and namespaces before what needs them; otherwise the order of the files. */
import type { Manifest } from './manifest-text.ts'

const FIRST: Readonly<Record<string, number>> = {
  CustomResourceDefinition: 0,
  APIResourceSchema: 0,
  APIExport: 1,
  APIBinding: 2,
  Namespace: 3,
}
const LATER = 4

export function inApplyOrder(manifests: readonly Manifest[]): Manifest[] {
  const rank = ({ object }: Manifest) => FIRST[object.kind] ?? LATER
  return manifests.toSorted((one, other) => rank(one) - rank(other))
}
