/** In which order upstream's discovery lists what a resource has. */
import type { ResourceDefinition, Subresource } from '../definition.ts'

/** Upstream sorts the verbs of its built-in groups and leaves those of custom resources in the order of its handler. */
export function listedVerbs({ builtIn, verbs }: ResourceDefinition): string[] {
  return builtIn ? verbs.toSorted() : [...verbs]
}

/** By name, and of custom resources `status` before `scale` (customresource_discovery_controller.go). */
export function listedSubresources({ builtIn, subresources }: ResourceDefinition): [string, Subresource][] {
  const all = Object.entries(subresources)
  const order = builtIn ? 1 : -1
  return all.toSorted(([one], [other]) => (one < other ? -order : order))
}
