/**
 * Who may approve and sign certificates, and what none may say (plugin/pkg/admission/certificates); and the signer
 * `kubernetes.io/kube-apiserver-client`, which upstream is a controller. Here the request is signed in the commit of its
 * approval, as only the server has the authority's key.
 */
import { isDeepStrictEqual } from 'node:util'
import { fieldInvalid, forbidden, invalid, type KubeObject, quote } from '../../machinery/index.ts'
import { SYSTEM_MASTERS } from '../authentication/users.ts'
import type { Change, OperationContext } from '../definition.ts'
import { timestamp } from '../metadata.ts'
import { organizationsOf } from '../pki/certificate-request.ts'
import { ensureFields, fieldsIn, objectsIn, textIn, textsIn } from './untyped.ts'

const GROUP = 'certificates.k8s.io'
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client'
const OPTIONAL_USAGES = ['digital signature', 'key encipherment']
const CLIENT_AUTH = 'client auth'

export async function admitCertificate(change: Change, context: OperationContext): Promise<void> {
  if (change.type === 'delete') return
  if (change.type === 'create') return restrictSubject(change.object)
  const { object, old, subresource } = change
  if (subresource === 'approval') {
    await requireSigner('approve', old, context)
    await sign(object, context)
  } else if (subresource === 'status' && isSigned(object, old)) await requireSigner('sign', old, context)
}

function refuse({ metadata: { name = '' } }: KubeObject, message: string): Error {
  return forbidden({ group: GROUP, resource: 'certificatesigningrequests' }, name, message)
}

function pemOf(object: KubeObject): string {
  return Buffer.from(textIn(fieldsIn(object.spec).request), 'base64').toString()
}

/** CertificateSubjectRestriction. What is no request in PEM is refused by the kind's validation. */
async function restrictSubject(object: KubeObject): Promise<void> {
  const { signerName, request } = fieldsIn(object.spec)
  const pem = pemOf(object)
  if (signerName !== CLIENT_SIGNER || !pem.includes('CERTIFICATE REQUEST-----')) return
  let organizations: readonly string[]
  try {
    organizations = await organizationsOf(pem)
  } catch {
    const cause = fieldInvalid('spec.request', request, 'asn1: the PEM block does not hold a certificate request')
    throw invalid({ group: GROUP, kind: 'CertificateSigningRequest' }, object.metadata.name ?? '', [cause])
  }
  if (organizations.includes(SYSTEM_MASTERS)) {
    throw refuse(object, `use of ${CLIENT_SIGNER} signer with ${SYSTEM_MASTERS} group is not allowed`)
  }
}

function isSigned(object: KubeObject, old: KubeObject): boolean {
  const [after, before] = [fieldsIn(object.status), fieldsIn(old.status)]
  return (
    textIn(after.certificate) !== textIn(before.certificate) ||
    !isDeepStrictEqual(objectsIn(after.conditions), objectsIn(before.conditions))
  )
}

/** By the signer's name, or by `*` for all of its domain (pkg/certauthorization). */
async function requireSigner(
  verb: 'approve' | 'sign',
  object: KubeObject,
  { services, user, cluster }: OperationContext,
): Promise<void> {
  const signer = textIn(fieldsIn(object.spec).signerName)
  const [domain = ''] = signer.split('/')
  for (const name of [signer, `${domain}/*`]) {
    if (await services.permits(user, verb, { cluster, group: GROUP, resource: 'signers', name })) return
  }
  throw refuse(object, `user not permitted to ${verb} requests with signerName ${quote(signer)}`)
}

async function sign(object: KubeObject, { services, cluster, dryRun }: OperationContext): Promise<void> {
  const { signerName, usages, expirationSeconds } = fieldsIn(object.spec)
  const status = ensureFields(object, 'status')
  const conditions = objectsIn(status.conditions)
  const has = (type: string) => conditions.some((each) => each.type === type && each.status === 'True')
  if (signerName !== CLIENT_SIGNER || dryRun) return
  if (!has('Approved') || has('Denied') || has('Failed') || textIn(status.certificate) !== '') return
  const { signCertificate } = await services.authorityOf(cluster)
  if (signCertificate === undefined) return
  const wrong = wrongUsage(textsIn(usages))
  if (wrong !== undefined) {
    status.conditions = [...conditions, failure(wrong, timestamp(services.now()))]
    return
  }
  const seconds = typeof expirationSeconds === 'number' ? { expirationSeconds } : {}
  try {
    const pem = await signCertificate({ pem: pemOf(object), cluster, usages: textsIn(usages), ...seconds })
    status.certificate = Buffer.from(pem).toString('base64')
  } catch (error) {
    const message = error instanceof Error ? error.message : 'the request cannot be signed'
    status.conditions = [...conditions, failure(message, timestamp(services.now()))]
  }
}

function failure(message: string, now: string) {
  const times = { lastUpdateTime: now, lastTransitionTime: now }
  return { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message, ...times }
}

/** validAPIServerClientUsages */
function wrongUsage(usages: readonly string[]): string | undefined {
  const other = usages.find((usage) => usage !== CLIENT_AUTH && !OPTIONAL_USAGES.includes(usage))
  if (other !== undefined) return `invalid usage for client certificate: ${other}`
  return usages.includes(CLIENT_AUTH) ? undefined : `missing required usage for client certificate: ${CLIENT_AUTH}`
}
