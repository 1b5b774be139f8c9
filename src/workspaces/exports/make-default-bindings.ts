/**
 * The APIBindings that a workspace has by its types: kcp's apibinder initializer and default-apibinding-lifecycle controller.
 * They are made in the commit that makes the workspace; those that cannot be yet (an export is missing, a name is taken)
 * when its LogicalCluster is looked at again, until when it stays in its phase Initializing.
 */
import type { KubeObject } from '../../machinery/index.ts'
import { type CommitPart, encodeRow, type OperationContext, objectKey, timestamp } from '../../server/index.ts'
import type { Operation, Precondition } from '../../storage/index.ts'
import { bindingStatus, type ExportReference, exportReference } from '../api/api-binding.ts'
import { API_BINDING_FINALIZER, APIS_GROUP, EXPORT_LABEL, PATH_ANNOTATION } from '../api/groups.ts'
import { apiBindingDefinition } from './api-binding.ts'
import { apiResourceSchemaDefinition } from './api-resource-schema.ts'
import type { Fault } from './conditions.ts'
import { defaultBindingName, defaultBindingSpec } from './default-exports.ts'
import { bindingRows } from './endpoints.ts'
import { evaluateBinding, type Held } from './evaluate-binding.ts'
import { exportHash } from './export-hash.ts'
import { clusterAt, readExport } from './find-export.ts'
import { type Locks, lockName } from './resource-locks.ts'
import { schemaDefinitions } from './schema-definitions.ts'

/** Each is three rows or more of a commit, which holds 128. The others come with the next look. */
const MOST_AT_ONCE = 24

/** Where they are made. */
export interface Place {
  readonly cluster: string
  /** Of the workspace. */
  readonly path: string
  /** Those that are there. */
  readonly bindings: readonly KubeObject[]
  /** What is taken; what they take is added. */
  readonly held: Held
}

export interface MadeBindings {
  readonly cluster: string
  readonly made: readonly KubeObject[]
  readonly locks: Locks
  /** Why they are not all bound. */
  readonly fault: Fault | undefined
}

/** @param word what they are on the way to: `bound`, or `reconciled` */
export async function makeDefaultBindings(
  wanted: readonly Required<ExportReference>[],
  place: Place,
  context: OperationContext,
  word: 'bound' | 'reconciled',
): Promise<MadeBindings> {
  const { cluster, bindings } = place
  const made: KubeObject[] = []
  const incomplete: string[] = []
  let missing = false
  for (const reference of wanted) {
    const existing = bindings.find((binding) => isOf(binding, reference))
    if (existing !== undefined) {
      if (!isCompleted(existing)) incomplete.push(existing.metadata.name ?? '')
      continue
    }
    const provider = await clusterAt(reference.path, context)
    const found = provider === undefined ? undefined : await readExport(context.services, provider, reference.name)
    if (provider === undefined || found === undefined) {
      missing = true
      continue
    }
    const name = defaultBindingName(cluster, reference)
    const isTaken = bindings.some(({ metadata }) => metadata.name === name)
    const binding =
      isTaken || made.length === MOST_AT_ONCE
        ? undefined
        : await bind({ name, reference, provider, found }, place, context)
    if (binding !== undefined) made.push(binding)
    if (binding === undefined) incomplete.push(`for APIExport ${reference.path}|${reference.name}`)
    else if (!isCompleted(binding)) incomplete.push(name)
  }
  return { cluster, made, locks: place.held.locks, fault: faultOf(missing, incomplete, word) }
}

function faultOf(missing: boolean, incomplete: readonly string[], word: 'bound' | 'reconciled'): Fault | undefined {
  const severity = missing ? 'Error' : 'Info'
  if (missing) {
    const what = word === 'bound' ? 'initialization' : 'reconciliation'
    const message = `encountered errors: unable to complete ${what}: unable to find at least 1 APIExport`
    return { reason: 'APIBindingErrors', severity, message }
  }
  if (incomplete.length === 0) return undefined
  const message = `APIBinding(s) not yet fully ${word}: ${incomplete.toSorted().join(', ')}`
  return { reason: 'WaitingOnAPIBindings', severity, message }
}

function isOf(binding: KubeObject, { path, name }: ExportReference): boolean {
  const reference = exportReference(binding)
  return reference?.name === name && reference.path === path
}

/** What the export claims is recorded and not applied by this server: kcp waits for that, too. */
function isCompleted(binding: KubeObject): boolean {
  const { conditions = [] } = bindingStatus(binding)
  return conditions.some(({ type, status }) => type === 'InitialBindingCompleted' && status === 'True')
}

interface Wanted {
  readonly name: string
  readonly reference: Required<ExportReference>
  /** The export's logical cluster. */
  readonly provider: string
  readonly found: KubeObject
}

async function bind(
  { name, reference, provider, found }: Wanted,
  { cluster, path, held }: Place,
  context: OperationContext,
): Promise<KubeObject> {
  const { services } = context
  const binding: KubeObject = {
    apiVersion: `${APIS_GROUP}/${apiBindingDefinition.version}`,
    kind: apiBindingDefinition.names.kind,
    metadata: {
      name,
      uid: services.random.uid(),
      creationTimestamp: timestamp(services.now()),
      generation: 1,
      labels: { [EXPORT_LABEL]: exportHash(provider, reference.name) },
      annotations: { [PATH_ANNOTATION]: path },
      finalizers: [API_BINDING_FINALIZER],
    },
    spec: defaultBindingSpec(reference, found) as unknown as KubeObject['spec'],
  }
  await evaluateBinding(binding, {}, { ...context, cluster }, held)
  for (const resource of bindingStatus(binding).boundResources ?? []) {
    held.locks = { ...held.locks, [lockName(resource)]: { n: name } }
    const { name: schemaName, identityHash } = resource.schema
    const schema = await services.read(apiResourceSchemaDefinition, provider, '', schemaName)
    if (schema !== undefined)
      held.served = [...held.served, ...schemaDefinitions(schema, { identityHash, terminating: false })]
  }
  return binding
}

/** Their rows, and those by which their exports know of them. */
export async function defaultBindingRows(
  { cluster, made }: MadeBindings,
  context: OperationContext,
): Promise<CommitPart> {
  const operations: Operation[] = []
  const preconditions: Precondition[] = []
  for (const binding of made) {
    const { name = '' } = binding.metadata
    const { apiExportClusterName: provider = '' } = bindingStatus(binding)
    const id = { cluster: provider, name: exportReference(binding)?.name ?? '' }
    const index = await bindingRows(id, { name, change: 'comes' }, { ...context, cluster })
    const key = objectKey(apiBindingDefinition, cluster, '', name)
    operations.push({ type: 'put', key, value: encodeRow(apiBindingDefinition, binding) }, ...index.operations)
    preconditions.push({ type: 'absent', key }, ...index.preconditions)
  }
  return { operations, preconditions }
}
