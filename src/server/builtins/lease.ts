/** coordination.k8s.io/v1 Lease (pkg/apis/coordination/validation). */
import { fieldInvalid, type KubeObject, type StatusCause } from '../../machinery/index.ts'
import type { PrinterColumn } from '../definition.ts'
import { builtIn } from './built-in.ts'
import { AGE, NAME } from './columns.ts'
import { ensureFields, fieldsIn, textIn } from './untyped.ts'

const HOLDER: PrinterColumn = {
  name: 'Holder',
  type: 'string',
  description:
    'holderIdentity contains the identity of the holder of a current lease. If Coordinated Leader Election is used, the holder identity must be equal to the elected LeaseCandidate.metadata.name field.',
  cell: (object) => textIn(fieldsIn(object.spec).holderIdentity),
}

/** Fields of coordinated leader election, a feature that is off, are not kept. */
function settle(object: KubeObject): void {
  const spec = ensureFields(object, 'spec')
  delete spec.strategy
  delete spec.preferredHolder
}

function withSpec(object: KubeObject): void {
  ensureFields(object, 'spec')
}

function validate(object: KubeObject): StatusCause[] {
  const { leaseDurationSeconds, leaseTransitions } = fieldsIn(object.spec)
  const causes: StatusCause[] = []
  if (typeof leaseDurationSeconds === 'number' && leaseDurationSeconds <= 0) {
    causes.push(fieldInvalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'))
  }
  if (typeof leaseTransitions === 'number' && leaseTransitions < 0) {
    causes.push(fieldInvalid('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0'))
  }
  return causes
}

export const lease = builtIn({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  columns: [NAME, HOLDER, AGE],
  requiresResourceVersion: true,
  createOnUpdate: true,
  strategy: {
    prepareForCreate: withSpec,
    prepareForUpdate: withSpec,
    settle,
    validate,
    validateUpdate: validate,
  },
})
