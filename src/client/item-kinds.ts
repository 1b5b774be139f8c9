/** Lists of built-in kinds leave it to the list to say what its objects are (client-go: UnstructuredJSONScheme.decodeToList). */
import type { KubeList, KubeObject } from '../machinery/index.ts'

const LIST = 'List'

/** The same list, each of whose items says its kind. */
export function withItemKinds<T extends KubeObject>(list: KubeList<T>): KubeList<T> {
  const { apiVersion, kind, items } = list
  // Go's servers may print an empty list as null.
  const first = items?.[0]
  if (first === undefined || first.kind !== undefined || kind?.endsWith(LIST) !== true) return list
  const itemKind = kind.slice(0, -LIST.length)
  return { ...list, items: items.map((item) => ({ ...item, apiVersion, kind: itemKind })) }
}
