/** certificates.k8s.io/v1 CertificateSigningRequest (pkg/registry/certificates/certificates). */

import { humanDuration, type KubeObject } from '../../machinery/index.ts'
import type { OperationContext, PrinterColumn, Strategy } from '../definition.ts'
import { timestamp } from '../metadata.ts'
import { builtIn, STATUS_AND_METADATA } from './built-in.ts'
import { admitCertificate } from './certificate-admission.ts'
import { certificateExpiry } from './certificate-expiry.ts'
import { validateRequest, validateRequestUpdate } from './certificate-validation.ts'
import { AGE, NAME } from './columns.ts'
import { ensureFields, type Fields, fieldsIn, isAbsent, objectsIn, textIn } from './untyped.ts'

/** Who asks is what the server knows, never what the request says. */
function prepareForCreate(object: KubeObject, { user }: OperationContext): void {
  const { username: _name, uid: _uid, groups: _groups, extra: _extra, ...spec } = ensureFields(object, 'spec')
  object.spec = {
    ...spec,
    username: user.username,
    ...(user.uid !== undefined && user.uid !== '' && { uid: user.uid }),
    groups: [...user.groups],
    ...(user.extra !== undefined && Object.keys(user.extra).length > 0 && { extra: { ...user.extra } }),
  }
  object.status = {}
}

/** A condition that does not say when it became so, became so now, unless the stored one says the same. */
function setConditionTimes(object: KubeObject, old: KubeObject, now: number): void {
  const stored = objectsIn(fieldsIn(old.status).conditions)
  for (const condition of objectsIn(fieldsIn(object.status).conditions)) {
    if (isAbsent(condition.lastUpdateTime)) condition.lastUpdateTime = timestamp(now)
    if (!isAbsent(condition.lastTransitionTime)) continue
    const same = stored.find(({ type, status }) => type === condition.type && status === condition.status)
    condition.lastTransitionTime = same?.lastTransitionTime ?? timestamp(now)
  }
}

/** Approval and denial are written through their own subresource; here the stored ones stay as they are. */
function keepDecisions(object: KubeObject, old: KubeObject): void {
  const status = fieldsIn(object.status)
  const stored = objectsIn(fieldsIn(old.status).conditions)
  const conditions: Fields[] = objectsIn(status.conditions)
  for (const type of ['Approved', 'Denied']) {
    const kept = stored.filter((condition) => condition.type === type)
    const places = conditions.flatMap((condition, index) => (condition.type === type ? [index] : []))
    if (kept.length === places.length) for (const [at, index] of places.entries()) conditions[index] = kept[at] ?? {}
  }
  if (conditions.length > 0) status.conditions = conditions
}

const strategy: Strategy = {
  prepareForCreate,
  prepareForUpdate: (object, old, context) => {
    object.spec = old.spec
    if (context.subresource === 'status') {
      keepDecisions(object, old)
      setConditionTimes(object, old, context.services.now())
    } else if (context.subresource !== 'approval') {
      object.status = old.status
    }
  },
  expiry: certificateExpiry,
  admit: admitCertificate,
  validate: validateRequest,
  validateUpdate: (object, old, context) => validateRequestUpdate(object, old, context.subresource ?? ''),
}

function approve(submitted: KubeObject, stored: KubeObject, { services }: OperationContext): KubeObject {
  const { conditions } = fieldsIn(submitted.status)
  const object = { ...stored, metadata: submitted.metadata, status: { ...fieldsIn(stored.status), conditions } }
  setConditionTimes(object, stored, services.now())
  return object
}

function conditionText(object: KubeObject): string {
  const status = fieldsIn(object.status)
  const types = new Set(objectsIn(status.conditions).map((condition) => condition.type))
  const decision = types.has('Denied') ? 'Denied' : types.has('Approved') ? 'Approved' : 'Pending'
  const failed = types.has('Failed') ? ',Failed' : ''
  return `${decision}${failed}${textIn(status.certificate) === '' ? '' : ',Issued'}`
}

const column = (name: string, description: string, cell: NonNullable<PrinterColumn['cell']>): PrinterColumn => ({
  name,
  type: 'string',
  description,
  cell,
})

export const certificateSigningRequest = builtIn({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  namespaced: false,
  shortNames: ['csr'],
  subresources: {
    approval: { type: 'custom', verbs: ['get', 'patch', 'update'], update: approve },
    status: STATUS_AND_METADATA,
  },
  columns: [
    NAME,
    AGE,
    column(
      'SignerName',
      'Requested signer for the request.',
      (object) => textIn(fieldsIn(object.spec).signerName) || '<none>',
    ),
    column('Requestor', 'Base64-encoded PKCS#10 CSR data', (object) => textIn(fieldsIn(object.spec).username)),
    column(
      'RequestedDuration',
      'expirationSeconds is the requested duration of validity of the issued certificate.',
      (object) => {
        const { expirationSeconds } = fieldsIn(object.spec)
        return typeof expirationSeconds === 'number' ? humanDuration(expirationSeconds * 1000) : '<none>'
      },
    ),
    column('Condition', 'Conditions applied to the request, such as approval or denial.', conditionText),
  ],
  selectableFields: ['spec.signerName'],
  nameRule: 'PathSegment',
  strategy,
})
