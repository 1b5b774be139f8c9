/** A binding that a workspace is held to by its types says what they say, whoever writes it (`Maintain`). */
import { isDeepStrictEqual } from 'node:util'
import type { KubeObject } from '../../machinery/index.ts'
import type { OperationContext } from '../../server/index.ts'
import { exportReference } from '../api/api-binding.ts'
import { typesOf } from '../types.ts'
import { defaultBindingName, defaultBindingSpec, maintainedExports } from './default-exports.ts'
import { readExport } from './find-export.ts'

/** By its name: most are made by users, and cost nothing more. */
export function isByDefault(binding: KubeObject, cluster: string): boolean {
  const reference = exportReference(binding)
  return reference !== undefined && binding.metadata.name === defaultBindingName(cluster, reference)
}

/** @param provider the export's logical cluster */
export async function maintain(
  binding: KubeObject,
  provider: string | undefined,
  context: OperationContext,
): Promise<void> {
  const { services, cluster } = context
  if (provider === undefined || !isByDefault(binding, cluster)) return
  const { path = '', name = '' } = exportReference(binding) ?? {}
  const record = await services.logicalClusterOf(cluster)
  // A type that has gone, or cannot be resolved any more, maintains nothing.
  const types = record === undefined ? [] : await typesOf(record.object, context).catch(() => [])
  if (!maintainedExports(types).some((each) => each.path === path && each.name === name)) return
  const found = await readExport(services, provider, name)
  if (found === undefined) return
  const spec = defaultBindingSpec({ path, name }, found)
  if (isDeepStrictEqual(spec, binding.spec)) return
  binding.spec = spec as unknown as KubeObject['spec']
  binding.metadata.generation = (binding.metadata.generation ?? 0) + 1
}
