/** v1 ResourceQuota (pkg/apis/core/validation). */
import { isDeepStrictEqual } from 'node:util'
import {
  compareQuantities,
  fieldInvalid,
  formatQuantity,
  isQualifiedName,
  type KubeObject,
  type StatusCause,
} from '../../machinery/index.ts'
import { ACTIVE } from '../birth.ts'
import { chore } from '../chores.ts'
import type { Change, CommitPart, OperationContext, PrinterColumn, Strategy } from '../definition.ts'
import { epochKey } from '../keys.ts'
import { builtIn, STATUS_AND_METADATA } from './built-in.ts'
import { AGE, NAME } from './columns.ts'
import { quantityIn, ZERO } from './quantity-in.ts'
import { fieldsIn, textsIn } from './untyped.ts'

const COUNTED = [
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
  'services.loadbalancers',
  'services.nodeports',
]
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`])
const STANDARD = new Set([...COUNTED, ...COMPUTE, 'requests.storage'])
const SCOPES = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'VolumeAttributesClass',
]
/** What can be counted by scope (IsResourceQuotaScopeValidForResource); other scopes go with everything. */
const OF_PODS = ['pods', ...COMPUTE.filter((name) => !name.endsWith('ephemeral-storage'))]
const COUNTED_BY_SCOPE: Readonly<Record<string, readonly string[]>> = {
  BestEffort: ['pods'],
  NotBestEffort: OF_PODS,
  Terminating: OF_PODS,
  NotTerminating: OF_PODS,
  PriorityClass: OF_PODS,
  CrossNamespacePodAffinity: OF_PODS,
  VolumeAttributesClass: ['persistentvolumeclaims', 'requests.storage'],
}
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
]

function isStandard(name: string): boolean {
  return STANDARD.has(name) || /^(requests\.)?hugepages-/.test(name)
}

/** A standard name, or one with a domain or `count/` before it. */
function validateName(name: string, path: string): StatusCause[] {
  const causes = isQualifiedName(name).map((message) => fieldInvalid(path, name, message))
  if (name.includes('/') || isStandard(name)) return causes
  if (causes.length === 0 && name !== 'storage') {
    causes.push(fieldInvalid(path, name, 'must be a standard resource type or fully qualified'))
  }
  return [...causes, fieldInvalid(path, name, 'must be a standard resource for quota')]
}

function validateQuantities(quantities: unknown, path: string): StatusCause[] {
  return Object.entries(fieldsIn(quantities)).flatMap(([name, value]) => {
    const field = `${path}[${name}]`
    const quantity = quantityIn(value)
    const causes = validateName(name, field)
    if (quantity === undefined) return causes
    if (compareQuantities(quantity, ZERO) < 0) {
      causes.push(fieldInvalid(field, formatQuantity(quantity), 'must be greater than or equal to 0'))
    }
    if (COUNTED.includes(name) && quantity.scale < 0 && quantity.mantissa % 10n ** BigInt(-quantity.scale) !== 0n) {
      causes.push(fieldInvalid(field, formatQuantity(quantity), 'must be an integer'))
    }
    return causes
  })
}

function validateScopes(spec: Readonly<Record<string, unknown>>): StatusCause[] {
  const scopes = textsIn(spec.scopes)
  const path = 'spec.scopes'
  const standard = Object.keys(fieldsIn(spec.hard)).filter(isStandard)
  const causes = scopes.flatMap((scope) => [
    ...(SCOPES.includes(scope) ? [] : [fieldInvalid(path, scopes, 'unsupported scope')]),
    ...standard
      .filter((name) => COUNTED_BY_SCOPE[scope]?.includes(name) === false)
      .map(() => fieldInvalid(path, scopes, 'unsupported scope applied to resource')),
  ])
  const conflicts = CONFLICTS.filter((pair) => pair.every((scope) => scopes.includes(scope)))
  return [...causes, ...conflicts.map(() => fieldInvalid(path, scopes, 'conflicting scopes'))]
}

function validate(object: KubeObject): StatusCause[] {
  const spec = fieldsIn(object.spec)
  return [...validateQuantities(spec.hard, 'spec.hard'), ...validateScopes(spec)]
}

function validateStatus(object: KubeObject): StatusCause[] {
  const status = fieldsIn(object.status)
  return [...validateQuantities(status.hard, 'status.hard'), ...validateQuantities(status.used, 'status.used')]
}

/** Scopes say what is counted: they cannot change under a running count. */
function validateScopesUpdate(object: KubeObject, old: KubeObject): StatusCause[] {
  const [updated, stored] = [object, old].map((quota) => textsIn(fieldsIn(quota.spec).scopes).toSorted())
  return isDeepStrictEqual(updated, stored) ? [] : [fieldInvalid('spec.scopes', updated, 'field is immutable')]
}

export const RESOURCE_QUOTA_CONTROLLER = 'resourcequota-controller'

/**
 * A new quota begins a new epoch of its namespace, so that no create which has not seen it is committed after it. Whatever
 * limits something else than its status says, or has a status that somebody else wrote, is counted by the controller.
 */
async function noteCount(change: Change, { cluster, user, subresource }: OperationContext): Promise<CommitPart> {
  if (change.type === 'delete') return { operations: [], preconditions: [] }
  const { object } = change
  const { namespace = '', name = '' } = object.metadata
  const isNew = change.type === 'create'
  const isForeign = subresource === 'status' && user.username !== `system:controller:${RESOURCE_QUOTA_CONTROLLER}`
  const isCounted = isDeepStrictEqual(fieldsIn(fieldsIn(object.spec).hard), fieldsIn(fieldsIn(object.status).hard))
  if (isCounted && !isForeign && !isNew) return { operations: [], preconditions: [] }
  const counting = chore(RESOURCE_QUOTA_CONTROLLER, cluster, namespace, name)
  if (!isNew) return { operations: [counting], preconditions: [] }
  const epoch = { type: 'put', key: epochKey(cluster, namespace), value: Buffer.from(ACTIVE) } as const
  // One that limits nothing has nothing to be counted.
  return { operations: isCounted ? [epoch] : [counting, epoch], preconditions: [] }
}

const strategy: Strategy = {
  commit: noteCount,
  prepareForCreate: (object) => {
    object.status = {}
  },
  validate,
  validateUpdate: (object, old, context) =>
    context.subresource === 'status'
      ? validateStatus(object)
      : [...validate(object), ...validateScopesUpdate(object, old)],
}

/** `used/hard` of each resource, by name; limits have a column of their own. */
function usage(object: KubeObject, limits: boolean): string {
  const { hard, used } = fieldsIn(object.status)
  return Object.entries(fieldsIn(hard))
    .filter(([name]) => name.startsWith('limits.') === limits)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, quantity]) => `${name}: ${shown(fieldsIn(used)[name])}/${shown(quantity)}`)
    .join(', ')
}

function shown(value: unknown): string {
  const quantity = quantityIn(value)
  return quantity === undefined ? '0' : formatQuantity(quantity)
}

const COLUMNS: readonly PrinterColumn[] = [
  NAME,
  {
    name: 'Request',
    type: 'string',
    description: 'Request represents a minimum amount of cpu/memory that a container may consume.',
    cell: (object) => usage(object, false),
  },
  {
    name: 'Limit',
    type: 'string',
    description:
      'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
    cell: (object) => usage(object, true),
  },
  AGE,
]

export const resourceQuota = builtIn({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  namespaced: true,
  shortNames: ['quota'],
  returnsDeleted: true,
  subresources: { status: STATUS_AND_METADATA },
  columns: COLUMNS,
  strategy,
})
