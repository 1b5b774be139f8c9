/** coordination.k8s.io/v1 Lease (pkg/apis/coordination/validation). */
import {
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  isQualifiedName,
  type KubeObject,
  type StatusCause,
} from '../../machinery/index.ts'
import type { PrinterColumn } from '../definition.ts'
import { builtIn } from './built-in.ts'
import { AGE, NAME } from './columns.ts'
import { fieldsIn, textIn } from './untyped.ts'

const STRATEGIES = ['OldestEmulationVersion']

const HOLDER: PrinterColumn = {
  name: 'Holder',
  type: 'string',
  description:
    'holderIdentity contains the identity of the holder of a current lease. If Coordinated Leader Election is used, the holder identity must be equal to the elected LeaseCandidate.metadata.name field.',
  cell: (object) => textIn(fieldsIn(object.spec).holderIdentity),
}

/** Upstream repeats the last element of the path. */
function validateStrategy(strategy: string): StatusCause[] {
  const path = 'spec.strategy.strategy'
  if (strategy.includes('/')) return isQualifiedName(strategy).map((message) => fieldInvalid(path, strategy, message))
  return STRATEGIES.includes(strategy) ? [] : [fieldNotSupported(path, strategy, STRATEGIES)]
}

function validate(object: KubeObject): StatusCause[] {
  const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder } = fieldsIn(object.spec)
  const causes: StatusCause[] = []
  if (typeof leaseDurationSeconds === 'number' && leaseDurationSeconds <= 0) {
    causes.push(fieldInvalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'))
  }
  if (typeof leaseTransitions === 'number' && leaseTransitions < 0) {
    causes.push(fieldInvalid('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0'))
  }
  if (typeof strategy === 'string') causes.push(...validateStrategy(strategy))
  if (textIn(preferredHolder) !== '' && textIn(strategy) === '') {
    causes.push(fieldForbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined'))
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
  strategy: { validate, validateUpdate: validate },
})
