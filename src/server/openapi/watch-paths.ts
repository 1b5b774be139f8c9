/** The paths below /watch/, which are deprecated and still there for built-in kinds (endpoints/installer.go: WATCH, WATCHLIST). */
import type { JsonObject } from '../../machinery/index.ts'
import type { ResourceDefinition } from '../definition.ts'
import { watchOperation } from './operation.ts'
import { byName, PARAMETERS, PRETTY, pathParameter } from './parameters.ts'

/** @param root `/apis/<group>/<version>` */
export function watchPaths(definition: ResourceDefinition, root: string): Record<string, JsonObject> {
  const { builtIn, namespaced, names, verbs } = definition
  if (!builtIn || !verbs.includes('watch')) return {}
  const watched = `${root}/watch`
  const collection = `${watched}/${namespaced ? 'namespaces/{namespace}/' : ''}${names.plural}`
  return {
    [collection]: pathItem(definition, collection, 'List'),
    [`${collection}/{name}`]: pathItem(definition, `${collection}/{name}`, ''),
    ...(namespaced && {
      [`${watched}/${names.plural}`]: pathItem(definition, `${watched}/${names.plural}`, 'ListForAllNamespaces'),
    }),
  }
}

/** Of one operation, so that all parameters are those of the path. */
function pathItem(definition: ResourceDefinition, path: string, suffix: string): JsonObject {
  const parameters = [
    ...(path.includes('{name}') ? [pathParameter('name', `name of the ${definition.names.kind}`)] : []),
    ...(path.includes('{namespace}') ? [pathParameter('namespace', 'the namespace of the object')] : []),
    PRETTY,
    ...(PARAMETERS.list ?? []),
  ]
  return { get: watchOperation(definition, suffix), parameters: [...byName(parameters)] }
}
