/**
 * A CustomResourceDefinition as upstream's validation sees it: what all versions say alike stands at the top
 * (apiextensions/v1/conversion.go), which is why a fault of the only schema is reported at `spec.validation`.
 */
import type { Json, JsonObject } from '../object.ts'
import { equalJson } from './canonical-json.ts'

/** What a version says, or all of them together. */
export interface VersionParts {
  /** `schema` with its openAPIV3Schema; undefined when absent. */
  readonly schema: JsonObject | undefined
  readonly subresources: JsonObject | undefined
  readonly additionalPrinterColumns: readonly JsonObject[]
  readonly selectableFields: readonly JsonObject[]
}

export interface VersionForm extends VersionParts {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly deprecated: boolean
  readonly deprecationWarning: string | undefined
}

export interface NamesForm {
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly listKind: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
}

export interface DefinitionForm {
  readonly group: string
  readonly scope: string
  readonly names: NamesForm
  readonly preserveUnknownFields: boolean
  readonly conversion: JsonObject | undefined
  readonly common: VersionParts
  readonly versions: readonly VersionForm[]
  /** Go tells a list that is missing from an empty one. */
  readonly areVersionsGiven: boolean
  readonly acceptedNames: NamesForm
  readonly storedVersions: readonly string[] | undefined
  readonly established: boolean
}

export function objectIn(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
}

export function textIn(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

export function objectsIn(value: Json | undefined): JsonObject[] {
  return Array.isArray(value)
    ? value.filter((item) => objectIn(item) !== undefined).map((item) => item as JsonObject)
    : []
}

export function textsIn(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

function namesForm(source: JsonObject = {}): NamesForm {
  return {
    plural: textIn(source.plural),
    singular: textIn(source.singular),
    kind: textIn(source.kind),
    listKind: textIn(source.listKind),
    shortNames: textsIn(source.shortNames),
    categories: textsIn(source.categories),
  }
}

function versionForm(source: JsonObject): VersionForm {
  return {
    name: textIn(source.name),
    served: source.served === true,
    storage: source.storage === true,
    deprecated: source.deprecated === true,
    deprecationWarning: typeof source.deprecationWarning === 'string' ? source.deprecationWarning : undefined,
    schema: objectIn(source.schema),
    subresources: objectIn(source.subresources),
    additionalPrinterColumns: objectsIn(source.additionalPrinterColumns),
    selectableFields: objectsIn(source.selectableFields),
  }
}

const NOTHING: VersionParts = {
  schema: undefined,
  subresources: undefined,
  additionalPrinterColumns: [],
  selectableFields: [],
}

/** Parts that are the same in every version, moved from there to the top. */
function hoist(versions: readonly VersionForm[]): Pick<DefinitionForm, 'common' | 'versions'> {
  const [first, ...others] = versions
  if (first === undefined) return { common: NOTHING, versions }
  const same = <P extends keyof VersionParts>(part: P) =>
    others.every((other) => equalJson(first[part] as Json | undefined, other[part] as Json | undefined))
      ? part
      : undefined
  const parts = [same('schema'), same('subresources'), same('additionalPrinterColumns'), same('selectableFields')]
  const shared = Object.fromEntries(parts.flatMap((part) => (part === undefined ? [] : [[part, first[part]]])))
  const cleared = Object.fromEntries(Object.keys(shared).map((part) => [part, NOTHING[part as keyof VersionParts]]))
  return {
    common: { ...NOTHING, ...shared },
    versions: versions.map((version) => ({ ...version, ...cleared })),
  }
}

export function definitionForm(crd: JsonObject): DefinitionForm {
  const spec = objectIn(crd.spec) ?? {}
  const status = objectIn(crd.status) ?? {}
  return {
    group: textIn(spec.group),
    scope: textIn(spec.scope),
    names: namesForm(objectIn(spec.names)),
    preserveUnknownFields: spec.preserveUnknownFields === true,
    conversion: objectIn(spec.conversion),
    ...hoist(objectsIn(spec.versions).map(versionForm)),
    areVersionsGiven: Array.isArray(spec.versions),
    acceptedNames: namesForm(objectIn(status.acceptedNames)),
    storedVersions: Array.isArray(status.storedVersions) ? textsIn(status.storedVersions) : undefined,
    established: objectsIn(status.conditions).some(({ type, status: is }) => type === 'Established' && is === 'True'),
  }
}
