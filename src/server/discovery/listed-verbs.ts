import type { ResourceDefinition } from '../definition.ts'

/** Upstream sorts the verbs of its built-in groups and leaves those of custom resources in the order of its handler. */
export function listedVerbs({ builtIn, verbs }: ResourceDefinition): string[] {
  return builtIn ? verbs.toSorted() : [...verbs]
}
