/** A kind of this room is declared as the CRD that kcp has for it, and served by the same handlers as any CRD. */
import type { JsonObject } from '../../machinery/index.ts'
import { definitionsFromCRD, definitionWith, type ResourceDefinition } from '../../server/index.ts'

export interface DeclaredKind {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly shortNames?: readonly string[]
  readonly columns: readonly {
    readonly name: string
    readonly type: string
    readonly jsonPath: string
    readonly priority?: number
    readonly description?: string
  }[]
  readonly spec: JsonObject
  /** None: the kind has no status, and no such subresource. */
  readonly status?: JsonObject
}

export function declareKind(declared: DeclaredKind, own: Partial<ResourceDefinition>): ResourceDefinition {
  const { group, version, kind, plural, status } = declared
  const names = {
    plural,
    singular: kind.toLowerCase(),
    kind,
    listKind: `${kind}List`,
    shortNames: [...(declared.shortNames ?? [])],
    categories: ['kcp'],
  }
  const meta = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } }
  const [definition] = definitionsFromCRD({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Cluster',
      names,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { ...meta, spec: declared.spec, ...(status !== undefined && { status }) },
            },
          },
          ...(status !== undefined && { subresources: { status: {} } }),
          additionalPrinterColumns: declared.columns.includes(AGE) ? declared.columns : [...declared.columns, AGE],
        },
      ],
    },
    status: { acceptedNames: names, conditions: [{ type: 'Established', status: 'True' }] },
  })
  if (definition === undefined) throw new Error(`${kind} declares no served version`)
  return definitionWith(definition, { identity: 'builtin', ...own })
}

export const AGE = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }

/** Conditions in the style of Cluster API, as kcp has them. */
export const CONDITIONS: JsonObject = {
  type: 'array',
  items: {
    type: 'object',
    required: ['lastTransitionTime', 'status', 'type'],
    properties: {
      type: { type: 'string' },
      status: { type: 'string' },
      severity: { type: 'string' },
      reason: { type: 'string' },
      message: { type: 'string' },
      lastTransitionTime: { type: 'string', format: 'date-time' },
    },
  },
}

const SEGMENT = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
export const PATH_PATTERN = `^${SEGMENT}(:${SEGMENT})*$`
export const TYPE_NAME_PATTERN = '^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$'

/** A reference to a WorkspaceType. */
export function typeReference(required: readonly string[]): JsonObject {
  return {
    type: 'object',
    required: [...required],
    properties: {
      name: { type: 'string', pattern: TYPE_NAME_PATTERN },
      path: { type: 'string', pattern: PATH_PATTERN },
    },
  }
}
