/**
 * An export's identity: whoever holds the key in its Secret is the export. Its hash is where the objects of the exported
 * resources are stored, so that it is made once and never changed.
 */
import { createHash, randomBytes } from 'node:crypto'
import { conflict, type KubeObject } from '../../machinery/index.ts'
import {
  ACTIVE,
  type Change,
  type CommitPart,
  encodeRow,
  epochKey,
  type OperationContext,
  objectKey,
  type ResourceDefinition,
  timestamp,
} from '../../server/index.ts'
import type { Operation, Precondition } from '../../storage/index.ts'
import { exportSpec, exportStatus } from '../api/api-export.ts'
import type { Conditions } from './conditions.ts'

/** Where kcp keeps what it makes for a workspace. */
export const SYSTEM_NAMESPACE = 'kcp-system'
const KEY = 'key'

/** Keys that are to be stored in the commit of the export that they were drawn for. */
const drawn = new WeakMap<KubeObject, string>()

/** The hash, or '' when there is none; says in `conditions` whether it holds. */
export async function setIdentity(change: Change, context: OperationContext, conditions: Conditions): Promise<string> {
  const object = change.type === 'delete' ? change.old : change.object
  const reference = secretReference(object)
  const known = change.type === 'update' ? (exportStatus(change.old).identityHash ?? '') : ''
  let key = await readKey(reference, context)
  const isOurs = reference.namespace === SYSTEM_NAMESPACE && reference.name === object.metadata.name
  if (key === undefined && change.type === 'create' && isOurs) {
    key = randomBytes(32).toString('hex')
    drawn.set(object, key)
  }
  const fault = (message: string): void =>
    conditions.set('IdentityValid', { reason: 'IdentityVerificationFailed', severity: 'Error', message })
  if (key === undefined) {
    fault(`the Secret ${reference.namespace}/${reference.name} has no identity under "${KEY}"`)
    return known
  }
  const hash = createHash('sha256').update(key).digest('hex')
  if (known !== '' && known !== hash) fault(`hash mismatch: the identity of Secret ${reference.name} is another one`)
  else conditions.set('IdentityValid')
  return known === '' ? hash : known
}

/** The Secret with the key that was drawn for a new export, and the namespace that it lies in. */
export async function identityRows(object: KubeObject, context: OperationContext): Promise<CommitPart> {
  const key = drawn.get(object)
  if (key === undefined) return { operations: [], preconditions: [] }
  const { cluster, services } = context
  const { namespace, name } = secretReference(object)
  const served = await services.definitionsOf(cluster)
  const secrets = served.find('', 'v1', 'secrets')
  const namespaces = served.find('', 'v1', 'namespaces')
  if (secrets === undefined || namespaces === undefined) throw new Error('secrets and namespaces are not served')
  const row = objectKey(secrets, cluster, namespace, name)
  if ((await services.store.get(row)) !== undefined)
    throw conflict({ group: '', resource: 'secrets' }, name, 'it has just been made by somebody else: try again')
  const secret: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, ...born(context) },
    type: 'Opaque',
    data: { [KEY]: Buffer.from(key).toString('base64') },
  }
  const home = await namespaceRows(namespaces, namespace, context)
  return {
    operations: [...home.operations, { type: 'put', key: row, value: encodeRow(secrets, secret) }],
    preconditions: [...home.preconditions, { type: 'absent', key: row }],
  }
}

async function namespaceRows(
  definition: ResourceDefinition,
  name: string,
  context: OperationContext,
): Promise<{ operations: Operation[]; preconditions: Precondition[] }> {
  const { cluster, services } = context
  const key = epochKey(cluster, name)
  const epoch = await services.store.get(key)
  if (epoch !== undefined && epoch.value.toString() !== ACTIVE)
    throw conflict({ group: '', resource: 'namespaces' }, name, 'it is being terminated: try again when it is gone')
  if (epoch !== undefined) return { operations: [], preconditions: [{ type: 'version', key, version: epoch.version }] }
  const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...born(context) } }
  definition.strategy.prepareForCreate?.(namespace, context)
  return {
    operations: [
      { type: 'put', key: objectKey(definition, cluster, '', name), value: encodeRow(definition, namespace) },
      { type: 'put', key, value: Buffer.from(ACTIVE) },
    ],
    preconditions: [{ type: 'absent', key }],
  }
}

function born({ services }: OperationContext): { uid: string; creationTimestamp: string } {
  return {
    uid: services.random.uid(),
    creationTimestamp: timestamp(services.now()),
  }
}

interface SecretReference {
  readonly namespace: string
  readonly name: string
}

function secretReference(object: KubeObject): SecretReference {
  const { namespace = SYSTEM_NAMESPACE, name = '' } = exportSpec(object).identity?.secretRef ?? {}
  return { namespace, name }
}

async function readKey(
  { namespace, name }: SecretReference,
  { cluster, services }: OperationContext,
): Promise<string | undefined> {
  const secrets = (await services.definitionsOf(cluster)).find('', 'v1', 'secrets')
  const secret = secrets && (await services.read(secrets, cluster, namespace, name))
  const encoded = (secret?.data as Record<string, unknown> | undefined)?.[KEY]
  return typeof encoded === 'string' && encoded !== '' ? Buffer.from(encoded, 'base64').toString() : undefined
}
