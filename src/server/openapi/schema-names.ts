/** What schemas are called: the Go package of a built-in kind, or the reversed group of any other. */
import type { ResourceDefinition } from '../definition.ts'

export const GROUP_VERSION_KIND = 'x-kubernetes-group-version-kind'
export const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const SCHEMAS = '#/components/schemas/'

export function reference(name: string): { $ref: string } {
  return { $ref: SCHEMAS + name }
}

/** Groups whose types are not in k8s.io/api. */
const PACKAGES: Readonly<Record<string, string>> = {
  'apiextensions.k8s.io': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
}

export function schemaName({ group, version, builtIn }: ResourceDefinition, kind: string): string {
  const reversed = group.split('.').toReversed().join('.')
  const owner = builtIn ? (PACKAGES[group] ?? `io.k8s.api.${group === '' ? 'core' : group.split('.')[0]}`) : reversed
  return `${owner}.${version}.${kind}`
}
