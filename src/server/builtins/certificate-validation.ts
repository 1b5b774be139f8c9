/** What a CertificateSigningRequest must hold, and who may change which part of its status (pkg/apis/certificates/validation). */
import { X509Certificate } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDNS1123Label,
  isDNS1123Subdomain,
  type KubeObject,
  quote,
  type StatusCause,
} from '../../machinery/index.ts'
import { fieldsIn, objectsIn, textIn, textsIn } from './untyped.ts'

const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
]
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown'
const MIN_SECONDS = 600
const DECISIONS = ['Approved', 'Denied']
const ONLY_TRUE = [...DECISIONS, 'Failed']

function validateUsages(usages: readonly string[]): StatusCause[] {
  if (usages.length === 0) return [fieldRequired('spec.usages', '')]
  return [
    ...usages.flatMap((usage, index) =>
      USAGES.includes(usage) ? [] : [fieldNotSupported(`spec.usages[${index}]`, usage, USAGES)],
    ),
    ...usages.flatMap((usage, index) =>
      usages.indexOf(usage) < index ? [fieldDuplicate(`spec.usages[${index}]`, usage)] : [],
    ),
  ]
}

/** `<domain>/<path>`: apivalidation.ValidateSignerName. */
function validateSignerName(name: string): StatusCause[] {
  const path = 'spec.signerName'
  if (name === '') return [fieldRequired(path, '')]
  if (name === LEGACY_SIGNER) {
    return [fieldInvalid(path, name, 'the legacy signerName is not allowed via this API version')]
  }
  const segments = name.split('/')
  if (segments.length !== 2)
    return [fieldInvalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")]
  const [domain = '', signer = ''] = segments
  const labels = domain.split('.')
  const causes = firstFault(labels, isDNS1123Label).map(([label, message]) =>
    fieldInvalid(path, domain, `validating label ${quote(label)}: ${message}`),
  )
  if (labels.length < 2) {
    causes.push(fieldInvalid(path, domain, 'should be a domain with at least two segments separated by dots'))
  }
  const faults = firstFault(signer.split('.'), isDNS1123Subdomain)
  return [
    ...causes,
    ...faults.map(([label, message]) => fieldInvalid(path, signer, `validating label ${quote(label)}: ${message}`)),
  ]
}

/** What is wrong with the first label that is wrong. */
function firstFault(labels: readonly string[], rule: (label: string) => string[]): [string, string][] {
  const wrong = labels.find((label) => rule(label).length > 0)
  return wrong === undefined ? [] : rule(wrong).map((message) => [wrong, message])
}

function validateConditions(object: KubeObject): StatusCause[] {
  const path = 'status.conditions'
  const conditions = objectsIn(fieldsIn(object.status).conditions)
  const types = conditions.map((condition) => textIn(condition.type))
  const causes = conditions.flatMap((condition, index) => {
    const type = types[index] ?? ''
    const status = textIn(condition.status)
    const allowed = ONLY_TRUE.includes(type) ? ['True'] : ['False', 'True', 'Unknown']
    return [
      ...(type === '' ? [fieldRequired(`${path}[${index}].type`, '')] : []),
      ...(status === '' ? [fieldRequired(`${path}[${index}].status`, '')] : []),
      ...(status !== '' && !allowed.includes(status)
        ? [fieldNotSupported(`${path}[${index}].status`, status, allowed)]
        : []),
      ...(types.indexOf(type) < index ? [fieldDuplicate(`${path}[${index}].type`, type)] : []),
    ]
  })
  if (!DECISIONS.every((type) => types.includes(type))) return causes
  const last = types.findLast((type) => DECISIONS.includes(type))
  return [...causes, fieldInvalid(path, last, 'Approved and Denied conditions are mutually exclusive')]
}

/** What a PEM text that must hold certificates alone is not; undefined when it is. */
function certificateFault(pem: string): string | undefined {
  const blocks = [...pem.matchAll(/-----BEGIN ([^-]+)-----\r?\n([\s\S]*?)-----END \1-----/g)]
  if (blocks.length === 0) return 'must contain at least one CERTIFICATE PEM block'
  for (const [text, type = '', body = ''] of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${quote(type)}`
    if (body.includes(':')) return 'no PEM block headers are permitted'
    try {
      new X509Certificate(text)
    } catch {
      return 'x509: malformed certificate'
    }
  }
  return undefined
}

function validateCertificate(object: KubeObject): StatusCause[] {
  const certificate = textIn(fieldsIn(object.status).certificate)
  if (certificate === '') return []
  const fault = certificateFault(Buffer.from(certificate, 'base64').toString())
  return fault === undefined ? [] : [fieldInvalid('status.certificate', '<certificate data>', fault)]
}

const PEM = /^-----BEGIN ([^\n]*)-----[ \t\r]*\n[A-Za-z0-9+/=\s:,-]*?\n?-----END \1-----[ \t\r]*$/m

/** Of the first block; undefined for a text without one. */
function pemType(text: string): string | undefined {
  return PEM.exec(text)?.[1]
}

function validateSpec(object: KubeObject): StatusCause[] {
  const { request, usages, signerName, expirationSeconds } = fieldsIn(object.spec)
  const pem = Buffer.from(textIn(request), 'base64').toString()
  const causes: StatusCause[] = []
  if (pemType(pem) !== 'CERTIFICATE REQUEST') {
    causes.push(fieldInvalid('spec.request', request, 'PEM block type must be CERTIFICATE REQUEST'))
  }
  causes.push(...validateUsages(textsIn(usages)), ...validateSignerName(textIn(signerName)))
  if (typeof expirationSeconds === 'number' && expirationSeconds < MIN_SECONDS) {
    const message = 'may not specify a duration less than 600 seconds (10 minutes)'
    causes.push(fieldInvalid('spec.expirationSeconds', expirationSeconds, message))
  }
  return causes
}

export function validateRequest(object: KubeObject): StatusCause[] {
  return [...validateSpec(object), ...validateConditions(object), ...validateCertificate(object)]
}

function conditionsOf(object: KubeObject, type: string): unknown[] {
  return objectsIn(fieldsIn(object.status).conditions).filter((condition) => condition.type === type)
}

function validateDecisions(object: KubeObject, old: KubeObject, subresource: string): StatusCause[] {
  const path = 'status.conditions'
  const causes = ONLY_TRUE.filter((type) => conditionsOf(object, type).length < conditionsOf(old, type).length).map(
    (type) => fieldForbidden(path, `updates may not remove a condition of type ${quote(type)}`),
  )
  if (subresource === 'approval') return causes
  for (const type of DECISIONS) {
    const [updated, stored] = [conditionsOf(object, type), conditionsOf(old, type)]
    if (updated.length > stored.length) {
      causes.push(fieldForbidden(path, `updates may not add a condition of type ${quote(type)}`))
    } else if (updated.length === stored.length && !isDeepStrictEqual(updated, stored)) {
      causes.push(fieldForbidden(path, `updates may not modify a condition of type ${quote(type)}`))
    }
  }
  return causes
}

function validateCertificateUpdate(object: KubeObject, old: KubeObject, subresource: string): StatusCause[] {
  const [updated, stored] = [object, old].map((request) => textIn(fieldsIn(request.status).certificate))
  if (updated === stored) return []
  // What an approval changes of it is the signer's: of what a client sends, conditions alone are taken.
  if (subresource !== 'status' && subresource !== 'approval') {
    return [fieldForbidden('status.certificate', 'updates may not set certificate content')]
  }
  if (stored !== '') {
    return [fieldForbidden('status.certificate', 'updates may not modify existing certificate content')]
  }
  return validateCertificate(object)
}

/** @param subresource what is written: `approval`, `status`, or empty for the request itself. */
export function validateRequestUpdate(object: KubeObject, old: KubeObject, subresource: string): StatusCause[] {
  return [
    ...validateSpec(object),
    ...validateConditions(object),
    ...validateDecisions(object, old, subresource),
    ...validateCertificateUpdate(object, old, subresource),
  ]
}
