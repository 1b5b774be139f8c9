/** The other versions and groups in which a resource is served, and its objects in them (matchPolicy Equivalent). */
import { formatApiVersion, type KubeObject } from '../../machinery/index.ts'
import type { DefinitionSet, ResourceDefinition } from '../definition.ts'
import type { AdmissionAttributes } from './attributes.ts'

export function equivalentsOf(definitions: DefinitionSet, definition: ResourceDefinition): ResourceDefinition[] {
  const { group, version, names } = definition
  return definitions.all.filter(
    (other) =>
      other.names.plural === names.plural &&
      !(other.group === group && other.version === version) &&
      (other.group === group || areSameRows(other, definition)),
  )
}

function areSameRows(one: ResourceDefinition, other: ResourceDefinition): boolean {
  const rowsOf = (definition: ResourceDefinition) => definition.storedForm?.definition ?? definition
  return one.builtIn && other.builtIn && rowsOf(one).group === rowsOf(other).group
}

/** The object as it is in the version of `to`; itself where that is its own. Not changed. */
export async function convertBetween(
  object: KubeObject,
  from: ResourceDefinition,
  to: ResourceDefinition,
  { services, cluster, signal }: Pick<AdmissionAttributes, 'services' | 'cluster' | 'signal'>,
): Promise<KubeObject> {
  if (from === to) return object
  if (to.conversion !== undefined) return services.convert.object(object, to, cluster, signal)
  if (from.group !== to.group) {
    const stored = from.storedForm === undefined ? structuredClone(object) : from.storedForm.toStored(object)
    return to.storedForm === undefined ? stored : to.storedForm.fromStored(stored)
  }
  return { ...structuredClone(object), apiVersion: formatApiVersion(to) }
}
