/** What kube-apiserver makes of an object of a built-in kind by reading, printing and storing it. */
import { emptyListsDropper, type JsonObject, type KubeObject, messageOf, printAsGo } from '../machinery/index.ts'
import type { ExpectedKind } from './built-in-body.ts'
import type { ResourceDefinition } from './definition.ts'

/** None for a kind that is not one of Kubernetes. */
export function goPrinters({
  group,
  version,
  kind,
}: ExpectedKind): Pick<ResourceDefinition, 'printAsGo' | 'printStored'> {
  const table = messageOf(group, version, kind)
  if (table === undefined) return {}
  // Definitions are kept as JSON.
  const drop = group === 'apiextensions.k8s.io' ? undefined : emptyListsDropper(table)
  return {
    printAsGo: (object) => printAsGo(table, object as unknown as JsonObject),
    ...(drop !== undefined && { printStored: (object: KubeObject) => drop(object as unknown as JsonObject) }),
  }
}
