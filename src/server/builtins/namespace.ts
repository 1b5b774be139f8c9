/** v1 Namespace (pkg/registry/core/namespace). Whoever empties its `spec.finalizers` lets it go. */
import {
  FINALIZER_DELETE_DEPENDENTS,
  FINALIZER_ORPHAN_DEPENDENTS,
  fieldInvalid,
  forbidden,
  isQualifiedName,
  type KubeObject,
  type StatusCause,
} from '../../machinery/index.ts'
import type { OperationContext, PrinterColumn, Strategy, VirtualScope } from '../definition.ts'
import { builtIn, STATUS_AND_METADATA } from './built-in.ts'
import { AGE, NAME } from './columns.ts'
import { ensureFields, fieldsIn, textIn, textsIn } from './untyped.ts'
import { virtualUid } from './virtual-uid.ts'

const FINALIZER = 'kubernetes'
const STANDARD_FINALIZERS = [FINALIZER, FINALIZER_ORPHAN_DEPENDENTS, FINALIZER_DELETE_DEPENDENTS]
const NAME_LABEL = 'kubernetes.io/metadata.name'
/** Exist in every logical cluster and cannot be deleted. */
const IMMORTAL = ['default', 'kube-system']

const STATUS_COLUMN: PrinterColumn = {
  name: 'Status',
  type: 'string',
  description: 'The status of the namespace',
  cell: (object) => textIn(fieldsIn(object.status).phase),
}

function setNameLabel(object: KubeObject, name: string): void {
  if (name !== '') object.metadata.labels = { ...object.metadata.labels, [NAME_LABEL]: name }
}

/** A name that the client gives is a label of its own; one that is made up becomes one of the server's. */
function setDefaults(object: KubeObject): void {
  if ((object.metadata.generateName ?? '') === '') setNameLabel(object, object.metadata.name ?? '')
}

function settle(object: KubeObject, old: KubeObject | undefined, { subresource }: OperationContext): void {
  if (old === undefined) {
    setNameLabel(object, object.metadata.name ?? '')
    object.status = { phase: 'Active' }
    const spec = ensureFields(object, 'spec')
    const finalizers = textsIn(spec.finalizers)
    if (!finalizers.includes(FINALIZER)) spec.finalizers = [...finalizers, FINALIZER]
  } else if (subresource !== 'finalize') object.spec = old.spec
}

function validateFinalizersOf(object: KubeObject): StatusCause[] {
  const path = 'spec.finalizers'
  return textsIn(fieldsIn(object.spec).finalizers).flatMap((name) => [
    ...isQualifiedName(name).map((message) => fieldInvalid(path, name, message)),
    ...(name.includes('/') || STANDARD_FINALIZERS.includes(name)
      ? []
      : [fieldInvalid(path, name, 'name is neither a standard finalizer name nor is it fully qualified')]),
  ])
}

/** The upper case of `Phase` is upstream's. */
function validatePhase(object: KubeObject): StatusCause[] {
  const phase = textIn(fieldsIn(object.status).phase)
  if (object.metadata.deletionTimestamp === undefined) {
    if (phase === 'Active') return []
    return [fieldInvalid('status.Phase', phase, "may only be 'Active' if `deletionTimestamp` is empty")]
  }
  if (phase === 'Terminating') return []
  return [fieldInvalid('status.Phase', phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")]
}

function virtualNamespace({ cluster, creationTimestamp }: VirtualScope, name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      uid: virtualUid(cluster, 'Namespace', '', name),
      creationTimestamp,
      labels: { [NAME_LABEL]: name },
    },
    spec: { finalizers: [FINALIZER] },
    status: { phase: 'Active' },
  }
}

const strategy: Strategy = {
  prepareForCreate: setDefaults,
  prepareForUpdate: (object, old) => {
    setNameLabel(object, old.metadata.name ?? '')
    // SetDefaults_NamespaceStatus
    const status = ensureFields(object, 'status')
    if (textIn(status.phase) === '') status.phase = 'Active'
  },
  settle,
  prepareForDelete: (object) => {
    object.status = { ...fieldsIn(object.status), phase: 'Terminating' }
    // Upstream's storage of namespaces marks them by itself, and gives them no time.
    delete object.metadata.deletionGracePeriodSeconds
  },
  admit: async (change, context) => {
    if (change.type === 'delete' && IMMORTAL.includes(context.name)) {
      throw forbidden({ group: '', resource: 'namespaces' }, context.name, 'this namespace may not be deleted')
    }
  },
  validate: validateFinalizersOf,
  validateUpdate: (object, _old, context) =>
    context.subresource === 'status' ? validatePhase(object) : validateFinalizersOf(object),
  virtual: (scope) => IMMORTAL.map((name) => virtualNamespace(scope, name)),
}

export const namespace = builtIn({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  shortNames: ['ns'],
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: {
    finalize: {
      type: 'custom',
      verbs: ['update'],
      update: (submitted, stored) => ({ ...stored, metadata: submitted.metadata, spec: submitted.spec ?? {} }),
    },
    status: STATUS_AND_METADATA,
  },
  columns: [NAME, STATUS_COLUMN, AGE],
  selectableFields: ['status.phase'],
  nameRule: 'DNS1123Label',
  strategy,
})
