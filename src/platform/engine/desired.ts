/** D: what the manifests say shall be. */
import { createHash } from 'node:crypto'
import { type JsonObject, type KubeObject, parseDuration } from '../../machinery/index.ts'
import { type ClusterIdentity, type ClusterProvider, type ClusterSpec, externalNameOf } from '../../providers/index.ts'
import { addressOf, type ManifestSource } from './manifest.ts'

/** Where names are unique: part of every cluster's identity. */
export interface Scope {
  /** `acme` */
  readonly org: string
  /** `root:acme:platform-team` */
  readonly workspace: string
}

export interface DesiredCluster {
  /** `Platform/shop-dev` */
  readonly address: string
  readonly identity: ClusterIdentity
  readonly externalName: string
  /** The ClusterProvider's name. */
  readonly provider: string
  readonly adoption: 'Never' | 'IfUntagged'
  readonly managementPolicies: readonly string[]
  readonly deletionPolicy: 'Delete' | 'Orphan'
  /** Addresses of what must be ready before. */
  readonly dependsOn: readonly string[]
  readonly spec: ClusterSpec
  /** `sha256:…` of all that makes the cluster what it is; carried by the cluster as `keelson-manifest-digest`. */
  readonly digest: string
  /** Seconds. */
  readonly accessTTL: number
  readonly source: ManifestSource
}

/** A ClusterProvider object and what it stands for. */
export interface ConfiguredProvider {
  readonly name: string
  readonly type: string
  readonly ownerTag: string
  readonly parallel: number
  /** Milliseconds. */
  readonly createTimeout: number
  readonly provider: ClusterProvider
  readonly source: ManifestSource
}

export interface Desired {
  readonly scope: Scope
  /** In the order of their addresses. */
  readonly clusters: readonly DesiredCluster[]
  readonly providers: readonly ConfiguredProvider[]
  /** Of all of it: a plan that was made for another is stale. */
  readonly digest: string
}

/** As the schema leaves it, defaults applied. */
export interface ClusterFields {
  readonly providerRef: { readonly name: string }
  readonly controlCenterRef?: { readonly name: string }
  readonly version?: string
  readonly topology?: ClusterSpec['topology']
  readonly externalName?: string
  readonly adoption: DesiredCluster['adoption']
  readonly managementPolicies: readonly string[]
  readonly deletionPolicy: DesiredCluster['deletionPolicy']
  readonly dependsOn?: readonly { readonly kind: string; readonly name: string }[]
  readonly access?: {
    readonly ttl?: string
    readonly publish?: { readonly argocd?: boolean; readonly capiSecret?: boolean }
  }
  readonly template?: unknown
  readonly composition?: unknown
  readonly packages?: unknown
}

/** Milliseconds. */
const HOUR = 3_600_000

export function clusterFields(object: KubeObject): ClusterFields {
  return object.spec as ClusterFields
}

export function desiredCluster(source: ManifestSource, scope: Scope): DesiredCluster {
  const { object } = source
  const fields = clusterFields(object)
  const name = object.metadata.name ?? ''
  const identity = { ...scope, kind: object.kind, name }
  const { version, topology, template, composition, packages, access } = fields
  const spec: ClusterSpec = {
    ...(version !== undefined && { version }),
    ...(topology !== undefined && { topology }),
  }
  return {
    address: addressOf(object.kind, name),
    identity,
    externalName: fields.externalName ?? externalNameOf(identity),
    provider: fields.providerRef.name,
    adoption: fields.adoption,
    managementPolicies: fields.managementPolicies,
    deletionPolicy: fields.deletionPolicy,
    dependsOn: dependenciesOf(fields).map(({ address }) => address),
    spec,
    digest: digestOf({ spec, template, composition, packages }),
    accessTTL: (parseDuration(access?.ttl ?? '') ?? HOUR) / 1000,
    source,
  }
}

/** Each with the field that asks for it. */
export function dependenciesOf({
  controlCenterRef,
  dependsOn = [],
}: ClusterFields): { address: string; field: string }[] {
  const listed = dependsOn.map(({ kind, name }, index) => ({
    address: addressOf(kind, name),
    field: `spec.dependsOn[${index}].name`,
  }))
  if (controlCenterRef === undefined) return listed
  return [
    { address: addressOf('ControlCenter', controlCenterRef.name), field: 'spec.controlCenterRef.name' },
    ...listed,
  ]
}

/** The same for equal content, whatever the order of keys. */
export function digestOf(value: unknown): string {
  return `sha256:${createHash('sha256')
    .update(JSON.stringify(sorted(value)) ?? '')
    .digest('hex')}`
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value as JsonObject).filter(([, field]) => field !== undefined)
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, sorted(field)]))
}
