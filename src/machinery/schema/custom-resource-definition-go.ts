/** Versions as upstream's messages show them: the JSON of its internal Go type, whose fields have no names of their own. */
import type { Json, JsonObject } from '../object.ts'
import type { VersionForm } from './custom-resource-definition-form.ts'

export function versionsAsGo(versions: readonly VersionForm[]): Json {
  return versions.map(versionAsGo)
}

function versionAsGo(version: VersionForm): JsonObject {
  return {
    Name: version.name,
    Served: version.served,
    Storage: version.storage,
    Deprecated: version.deprecated,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema: version.schema ?? null,
    Subresources: version.subresources ?? null,
    AdditionalPrinterColumns: listAsGo(version.additionalPrinterColumns),
    SelectableFields: listAsGo(version.selectableFields),
  }
}

function listAsGo(list: readonly JsonObject[]): Json {
  return list.length === 0 ? null : [...list]
}
