/** What a plugin has made, put in order: what the schema does not know goes, its defaults come. Nobody is told. */
import { applyDefaults, type JsonObject, type KubeObject, pruneMetadata, pruneValue } from '../../machinery/index.ts'
import type { ResourceDefinition } from '../definition.ts'

export function conformQuietly({ schema, printAsGo }: ResourceDefinition, object: KubeObject): void {
  if (schema === undefined) return
  pruneMetadata(object.metadata as JsonObject, 'metadata')
  pruneValue(schema, object, { isResourceRoot: true })
  if (printAsGo === undefined) applyDefaults(schema, object)
  else printAsGo(object)
}
