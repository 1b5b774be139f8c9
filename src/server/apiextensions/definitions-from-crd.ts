/** The ResourceDefinitions that a CustomResourceDefinition stands for, shared by every logical cluster with the same CRD. */
import { createHash } from 'node:crypto'
import {
  applyDefaults,
  formatApiVersion,
  hashSchema,
  type JsonObject,
  type KubeObject,
  parseStructuralSchema,
  pruneValue,
  type StructuralSchema,
} from '../../machinery/index.ts'
import { lazily } from '../builtins/lazily.ts'
import { type Fields, fieldsIn, isFields, objectsIn, textIn, textsIn } from '../builtins/untyped.ts'
import type { ResourceDefinition, ResourceNames, Strategy, Subresource } from '../definition.ts'
import { boundedCache } from '../discovery/bounded-cache.ts'
import { compareVersions } from '../discovery/group-priority.ts'
import { type ConversionWebhook, conversionWebhookOf } from './conversion.ts'
import { isConditionTrue } from './crd-conditions.ts'
import { customResourceColumns } from './custom-resource-columns.ts'
import { type ScalePaths, scalePathsOf, scaleSubresource, validateReplicas } from './scale.ts'

/** In the order in which upstream's discovery lists those of custom resources. */
const VERBS: ResourceDefinition['verbs'] = [
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'create',
  'update',
  'watch',
]

/** Distinct definitions, not logical clusters: how many of them are kept compiled. */
const KEPT = 1024

const cache = boundedCache<readonly ResourceDefinition[]>(KEPT)

/**
 * One definition per served version; none until the names are accepted. The same array for equal content.
 *
 * @example definitionsFromCRD(crd).map((definition) => definition.version) // ['v1', 'v1beta1']
 */
export function definitionsFromCRD(crd: KubeObject): readonly ResourceDefinition[] {
  return definitionsAs(crd, { identity: 'customresources', nameRule: 'DNS1123Subdomain' })
}

/** What a definition has that is not said by a CustomResourceDefinition of Kubernetes' own. */
export type Provenance = Pick<ResourceDefinition, 'identity' | 'nameRule'>

/** As `definitionsFromCRD`, for a resource that is shared between logical clusters. */
export function definitionsAs(crd: KubeObject, provenance: Provenance): readonly ResourceDefinition[] {
  if (!isConditionTrue(crd, 'Established')) return []
  const terminating = isConditionTrue(crd, 'Terminating')
  const { acceptedNames } = fieldsIn(crd.status)
  const content = JSON.stringify([crd.spec, acceptedNames, terminating, provenance])
  const key = createHash('sha256').update(content).digest('base64')
  return cache(key, () => {
    const spec = structuredClone(fieldsIn(crd.spec))
    const versions = objectsIn(spec.versions)
    const storageVersion = textIn(versions.find((version) => version.storage === true)?.name)
    const names = namesOf(fieldsIn(acceptedNames))
    const all: ReadonlyMap<string, ResourceDefinition> = new Map(
      versions.map((version) => {
        const conversion = conversionWebhookOf(spec.conversion, () => all)
        const storage = formatApiVersion({ group: textIn(spec.group), version: storageVersion })
        const stored = () => all.get(storage)
        const shared = { storageVersion, stored, names, terminating, provenance, conversion }
        return [
          formatApiVersion({ group: textIn(spec.group), version: textIn(version.name) }),
          definitionOf(spec, version, shared),
        ]
      }),
    )
    const served = new Set(versions.filter((version) => version.served === true).map(({ name }) => textIn(name)))
    return [...all.values()].filter(({ version }) => served.has(version))
  })
}

function namesOf({ plural, singular, kind, listKind, shortNames, categories }: Fields): ResourceNames {
  return {
    plural: textIn(plural),
    singular: textIn(singular),
    kind: textIn(kind),
    listKind: textIn(listKind),
    shortNames: textsIn(shortNames),
    categories: textsIn(categories),
  }
}

interface Shared {
  readonly storageVersion: string
  readonly stored: () => ResourceDefinition | undefined
  readonly names: ResourceNames
  readonly terminating: boolean
  readonly provenance: Provenance
  readonly conversion: ConversionWebhook | undefined
}

function definitionOf(
  spec: Fields,
  version: Fields,
  { storageVersion, stored, names, terminating, provenance, conversion }: Shared,
): ResourceDefinition {
  const group = textIn(spec.group)
  const name = textIn(version.name)
  const { openAPIV3Schema } = fieldsIn(version.schema)
  const source = isFields(openAPIV3Schema) ? (openAPIV3Schema as JsonObject) : undefined
  const { status, scale } = fieldsIn(version.subresources)
  const paths = isFields(scale) ? scalePathsOf(scale) : undefined
  const parsed = lazily(() => (source === undefined ? undefined : parsedOf(source, `${names.plural}.${group}/${name}`)))
  const hash = lazily(() => hashSchema(source))
  return {
    group,
    version: name,
    storageVersion,
    names,
    namespaced: spec.scope === 'Namespaced',
    // Nothing is born into a kind that is ending (pkg/apiserver/customresource_handler.go).
    verbs: terminating ? VERBS.filter((verb) => verb !== 'create') : VERBS,
    subresources: subresourcesOf(isFields(status), paths),
    get schema() {
      return parsed()
    },
    openAPIV3Schema: source,
    get schemaHash() {
      return hash()
    },
    columns: customResourceColumns(version),
    selectableFields: objectsIn(version.selectableFields).map((field) => textIn(field.jsonPath).replace(/^\./, '')),
    ...provenance,
    generation: true,
    builtIn: false,
    requiresResourceVersion: true,
    strategy: strategyOf(isFields(status), paths, parsed),
    ...(conversion !== undefined && { conversion }),
    ...(conversion === undefined && name !== storageVersion && { stored, printStored: asStoredBy(stored) }),
    ...(version.deprecated === true && {
      deprecationWarning: textIn(version.deprecationWarning) || plainWarning(spec, name),
    }),
  }
}

/** What is written is read again by the schema of its storage version: fields of other versions are lost on the way. */
function asStoredBy(stored: Shared['stored']): NonNullable<ResourceDefinition['printStored']> {
  return (object) => {
    const schema = stored()?.schema
    if (schema === undefined) return
    pruneValue(schema, object, { isResourceRoot: true })
    applyDefaults(schema, object)
  }
}

/** Names the best of the later versions that may still be used (customresource_handler.go, defaultDeprecationWarning). */
function plainWarning({ group, names, versions }: Fields, deprecated: string): string {
  const kind = textIn(fieldsIn(names).kind)
  const [best] = objectsIn(versions)
    .filter((version) => version.served === true && version.deprecated !== true)
    .map(({ name }) => textIn(name))
    .filter((name) => compareVersions(name, deprecated) < 0)
    .sort(compareVersions)
  const remedy = best === undefined ? '' : `; use ${textIn(group)}/${best} ${kind}`
  return `${textIn(group)}/${deprecated} ${kind} is deprecated${remedy}`
}

function parsedOf(source: JsonObject, what: string): StructuralSchema {
  const parsed = parseStructuralSchema(source, '')
  if (!parsed.ok) throw new Error(`the schema of ${what} was accepted and is not structural`)
  return parsed.value
}

function subresourcesOf(status: boolean, scale: ScalePaths | undefined): Record<string, Subresource> {
  return {
    ...(status && { status: { type: 'status', verbs: ['get', 'patch', 'update'] } as const }),
    ...(scale !== undefined && { scale: scaleSubresource(scale) }),
  }
}

/** pkg/registry/customresource/strategy.go */
function strategyOf(
  status: boolean,
  scale: ScalePaths | undefined,
  schema: () => StructuralSchema | undefined,
): Strategy {
  const validate: NonNullable<Strategy['validate']> = (object) =>
    scale === undefined
      ? []
      : [...validateReplicas(object, scale.specReplicasPath), ...validateReplicas(object, scale.statusReplicasPath)]
  return {
    prepareForCreate: (object) => {
      if (!status) return
      delete object.status
      // Upstream drops what the client sent after it has filled in defaults, and fills them in again when it reads.
      const parsed = schema()
      if (parsed?.properties?.get('status')?.default !== undefined) applyDefaults(parsed, object)
    },
    validate,
    validateUpdate: (object, _old, context) => validate(object, context),
  }
}
