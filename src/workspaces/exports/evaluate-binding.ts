/** What has become of a binding: which resources of its export it holds, and why not the others. */
import { isDeepStrictEqual } from 'node:util'
import type { KubeObject } from '../../machinery/index.ts'
import type { OperationContext, ResourceDefinition } from '../../server/index.ts'
import { type BindingStatus, type BoundResource, bindingSpec, exportReference } from '../api/api-binding.ts'
import { exportSpec, exportStatus } from '../api/api-export.ts'
import { resourceSchemaSpec } from '../api/api-resource-schema.ts'
import type { PermissionClaim } from '../api/permission-claim.ts'
import { apiResourceSchemaDefinition } from './api-resource-schema.ts'
import { type Conditions, conditionsFrom, type Fault } from './conditions.ts'
import { clusterAt, readExport } from './find-export.ts'
import { namingConflict } from './naming-conflicts.ts'
import { type Locks, lockName, readLocks } from './resource-locks.ts'

/** What a logical cluster's names are taken by. */
export interface Held {
  locks: Locks
  served: readonly ResourceDefinition[]
}

export async function heldIn(context: OperationContext): Promise<Held> {
  const [locks, { all }] = await Promise.all([readLocks(context), context.services.definitionsOf(context.cluster)])
  return { locks, served: all }
}

/** Sets the binding's status from what is there now; `before` is the status that it has had. */
export async function evaluateBinding(
  binding: KubeObject,
  before: BindingStatus,
  context: OperationContext,
  held: Held,
): Promise<void> {
  const conditions = conditionsFrom(before.conditions, context.services.now())
  const status = await statusOf(binding, before, context, conditions, held)
  conditions.set('Ready', conditions.isTrue('InitialBindingCompleted') ? undefined : faultOf(conditions))
  binding.status = { ...status, conditions: conditions.list() } as unknown as KubeObject['status']
}

/** Ready sums up InitialBindingCompleted alone. */
function faultOf(conditions: Conditions): Fault {
  const found = conditions.list().find(({ type }) => type === 'InitialBindingCompleted')
  const { reason = '', message = '' } = found ?? {}
  return { reason, severity: 'Error', message }
}

async function statusOf(
  binding: KubeObject,
  before: BindingStatus,
  context: OperationContext,
  conditions: Conditions,
  held: Held,
): Promise<BindingStatus> {
  const reference = exportReference(binding)
  const cluster = before.apiExportClusterName ?? (await clusterAt(reference?.path, context))
  const status: BindingStatus = {
    ...before,
    phase: before.phase ?? 'Binding',
    ...(cluster !== undefined && { apiExportClusterName: cluster }),
  }
  const refuse = (type: string, fault: Fault): BindingStatus => {
    conditions.set(type, fault)
    const waiting = { reason: 'WaitingForEstablished', severity: 'Info', message: fault.message } as const
    if (!conditions.isTrue('InitialBindingCompleted')) conditions.set('InitialBindingCompleted', waiting)
    return status
  }
  if (reference === undefined || cluster === undefined)
    return refuse('APIExportValid', {
      reason: 'APIExportInvalidReference',
      severity: 'Error',
      message: 'the export cannot be resolved',
    })
  const where = `${cluster}|${reference.name}`
  const found = await readExport(context.services, cluster, reference.name)
  if (found === undefined)
    return refuse('APIExportValid', {
      reason: 'APIExportNotFound',
      severity: 'Error',
      message: `APIExport ${where} not found`,
    })
  const { identityHash = '' } = exportStatus(found)
  if (identityHash === '')
    return refuse('APIExportValid', {
      reason: 'MissingIdentityHash',
      severity: 'Warning',
      message: `APIExport ${where} is missing status.identityHash`,
    })
  const offer = await resourcesOf(found, cluster, identityHash, context)
  if (offer.missing.length > 0)
    conditions.set('APIExportValid', {
      reason: 'InternalError',
      severity: 'Error',
      message: `APIExport ${where}: APIResourceSchema ${offer.missing.join(', ')} not found`,
    })
  else conditions.set('APIExportValid')
  const { bound, conflicts } = holdResources(binding, before, offer.resources, held)
  judge(conditions, conflicts, offer.missing)
  setClaims(binding, exportSpec(found).permissionClaims ?? [], conditions)
  const { exportPermissionClaims: _before, ...rest } = status
  const { permissionClaims = [] } = exportSpec(found)
  return {
    ...rest,
    phase: conditions.isTrue('InitialBindingCompleted') ? 'Bound' : 'Binding',
    boundResources: bound,
    ...(permissionClaims.length > 0 && { exportPermissionClaims: permissionClaims }),
  }
}

/** Once completed, the initial binding stays so. */
function judge(conditions: Conditions, conflicts: readonly string[], missing: readonly string[]): void {
  const fault: Fault | undefined =
    conflicts.length > 0
      ? { reason: 'NamingConflicts', severity: 'Error', message: conflicts.join('; ') }
      : missing.length > 0
        ? { reason: 'InternalError', severity: 'Error', message: `APIResourceSchema ${missing.join(', ')} not found` }
        : undefined
  conditions.set('BindingUpToDate', fault)
  if (fault === undefined || !conditions.isTrue('InitialBindingCompleted'))
    conditions.set('InitialBindingCompleted', fault)
}

interface OfferedResource {
  readonly schema: KubeObject
  readonly bound: BoundResource
}

async function resourcesOf(
  found: KubeObject,
  cluster: string,
  identityHash: string,
  { services }: OperationContext,
): Promise<{ resources: OfferedResource[]; missing: string[] }> {
  const resources: OfferedResource[] = []
  const missing: string[] = []
  for (const { name, group, schema: schemaName } of exportSpec(found).resources ?? []) {
    const schema = await services.read(apiResourceSchemaDefinition, cluster, '', schemaName)
    if (schema === undefined) {
      missing.push(schemaName)
      continue
    }
    const { versions } = resourceSchemaSpec(schema)
    resources.push({
      schema,
      bound: {
        group,
        resource: name,
        schema: { name: schemaName, UID: schema.metadata.uid ?? '', identityHash },
        storageVersions: versions.filter(({ storage }) => storage).map((version) => version.name),
      },
    })
  }
  return { resources, missing }
}

/** Takes what nobody else has. What is held already stays held, so that no object is left behind unseen. */
function holdResources(
  binding: KubeObject,
  before: BindingStatus,
  offered: readonly OfferedResource[],
  { locks, served }: Held,
): { bound: BoundResource[]; conflicts: string[] } {
  const { name = '' } = binding.metadata
  const bound = new Map((before.boundResources ?? []).map((resource) => [lockName(resource), resource]))
  const conflicts: string[] = []
  for (const { schema, bound: resource } of offered) {
    const key = lockName(resource)
    const holder = locks[key]?.n
    const held = bound.get(key)
    const conflict =
      holder !== undefined && holder !== name
        ? `naming conflict with APIBinding "${holder}": it holds ${key}`
        : held === undefined
          ? namingConflict(schema, resource.schema.identityHash, served)
          : undefined
    if (conflict === undefined) bound.set(key, withVersionsOf(held, resource))
    else conflicts.push(conflict)
  }
  return { bound: [...bound.values()], conflicts }
}

/** Versions that objects may have been written in since it is bound. */
function withVersionsOf(held: BoundResource | undefined, resource: BoundResource): BoundResource {
  return {
    ...resource,
    storageVersions: [...new Set([...(held?.storageVersions ?? []), ...resource.storageVersions])].toSorted(),
  }
}

/** Claims are compared with what the export asks for; objects are not shown through them. */
function setClaims(binding: KubeObject, asked: readonly PermissionClaim[], conditions: Conditions): void {
  const accepted = (bindingSpec(binding).permissionClaims ?? []).filter(({ state }) => state === 'Accepted')
  const find = (claim: PermissionClaim) =>
    asked.find(
      ({ group, resource, identityHash }) =>
        group === claim.group && resource === claim.resource && identityHash === claim.identityHash,
    )
  const named = ({ resource, group }: PermissionClaim): string => `${resource}.${group}`
  const invalid = accepted.filter((claim) => find(claim) === undefined).map(named)
  const different = accepted
    .filter((claim) => {
      const wanted = find(claim)
      return wanted !== undefined && !isDeepStrictEqual([...wanted.verbs].toSorted(), [...claim.verbs].toSorted())
    })
    .map(named)
  conditions.set(
    'PermissionClaimsValid',
    invalid.length > 0
      ? {
          reason: 'InvalidPermissionClaims',
          severity: 'Error',
          message: `accepted, but not asked for: ${invalid.slice(0, 10).join(', ')}`,
        }
      : different.length > 0
        ? {
            reason: 'PermissionClaimsMismatch',
            severity: 'Warning',
            message: `verbs differ from those that are asked for: ${different.slice(0, 5).join(', ')}`,
          }
        : undefined,
  )
  const message = 'permission claims are recorded, and not applied by this server'
  const isAsked = accepted.some((claim) => find(claim) !== undefined)
  conditions.set(
    'PermissionClaimsApplied',
    isAsked ? { reason: 'InternalError', severity: 'Error', message } : undefined,
  )
}
