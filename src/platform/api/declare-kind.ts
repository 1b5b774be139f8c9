/** A kind of this room, as the CustomResourceDefinition that serves it. */
import type { JsonObject, KubeObject } from '../../machinery/index.ts'

const PLATFORM_GROUP = 'platform.keelson.dev'
const VERSION = 'v1alpha1'
export const PLATFORM_API_VERSION = `${PLATFORM_GROUP}/${VERSION}`

export interface PlatformKind {
  readonly kind: string
  readonly plural: string
  readonly shortNames?: readonly string[]
  /** Default: `keelson`. */
  readonly categories?: readonly string[]
  readonly description: string
  readonly columns: readonly {
    readonly name: string
    readonly type: string
    readonly jsonPath: string
    readonly priority?: number
  }[]
  /** Paths as in `.spec.providerRef.name`, for field selectors. */
  readonly selectableFields?: readonly string[]
  readonly spec: JsonObject
  readonly status: JsonObject
}

const READY = { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' }
const SYNCED = { name: 'Synced', type: 'string', jsonPath: '.status.conditions[?(@.type=="Synced")].status' }
const MESSAGE = {
  name: 'Message',
  type: 'string',
  jsonPath: '.status.conditions[?(@.type=="Ready")].message',
}
const AGE = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }

/** Established from the start: the kinds of a feature are part of the server. */
export function declareKind(of: PlatformKind): KubeObject {
  const {
    kind,
    plural,
    shortNames = [],
    categories = ['keelson'],
    selectableFields = [],
    description,
    ...declared
  } = of
  const names = {
    plural,
    singular: kind.toLowerCase(),
    kind,
    listKind: `${kind}List`,
    shortNames: [...shortNames],
    categories: [...categories],
  }
  const openAPIV3Schema: JsonObject = {
    type: 'object',
    description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: declared.spec,
      status: declared.status,
    },
  }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${PLATFORM_GROUP}` },
    spec: {
      group: PLATFORM_GROUP,
      scope: 'Cluster',
      names,
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          schema: { openAPIV3Schema },
          subresources: { status: {} },
          selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })),
          additionalPrinterColumns: [READY, SYNCED, ...declared.columns, MESSAGE, AGE],
        },
      ],
    },
    status: { acceptedNames: names, storedVersions: [VERSION], conditions: [{ type: 'Established', status: 'True' }] },
  }
}
