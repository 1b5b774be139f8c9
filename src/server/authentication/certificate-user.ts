import type { UserInfo } from '../../machinery/index.ts'
import { CREDENTIAL_ID, withoutLifecycleGroups } from './users.ts'

/** Kubernetes' own attribute type for a user's UID (component-base/featuregate AllowParsingUserUIDFromCertAuth). */
const UID_ATTRIBUTE = '1.3.6.1.4.1.57683.2'

/** A subject as node:tls shows it: an attribute that occurs several times has its values in order. */
export type CertificateSubject = { readonly [attribute: string]: string | readonly string[] | undefined }

/**
 * A client certificate's subject as a user (apiserver/pkg/authentication/request/x509): the common name is the user name, each
 * organization a group. Undefined without a common name, or with a UID that is not exactly one text. The caller has
 * verified the chain.
 */
export function userOfCertificate(subject: CertificateSubject, fingerprint256?: string): UserInfo | undefined {
  const username = valuesOf(subject.CN).at(-1) ?? ''
  const uids = valuesOf(subject[UID_ATTRIBUTE])
  if (username === '' || uids.length > 1 || uids[0] === '') return undefined
  return {
    username,
    ...(uids[0] === undefined ? {} : { uid: uids[0] }),
    groups: withoutLifecycleGroups(valuesOf(subject.O)),
    ...(fingerprint256 === undefined
      ? {}
      : { extra: { [CREDENTIAL_ID]: [`X509SHA256=${fingerprint256.replaceAll(':', '').toLowerCase()}`] } }),
  }
}

function valuesOf(attribute: string | readonly string[] | undefined): readonly string[] {
  if (attribute === undefined) return []
  return typeof attribute === 'string' ? [attribute] : attribute
}
