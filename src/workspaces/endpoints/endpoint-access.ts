/** `logicalendpoints/access`: a client certificate of the endpoint's authority for a key that never leaves its owner. */
import { badRequest, conflict, type KubeObject } from '../../machinery/index.ts'
import {
  AUTHORITY_NAMESPACE,
  authoritySecretName,
  type OperationContext,
  type ResourceDefinition,
  readIssuer,
  signFor,
  timestamp,
} from '../../server/index.ts'
import { LOGICAL_ENDPOINT } from '../api/logical-endpoint.ts'
import { authorityKey } from './authority-key.ts'

/** As Cluster API's own kubeconfigs name their user (cluster-api/util/kubeconfig). */
const ADMIN = { commonName: 'kubernetes-admin', organizations: ['system:masters'] }

interface Submitted {
  readonly publicKey?: unknown
  readonly expirationSeconds?: unknown
}

async function create(submitted: KubeObject, { cluster, name, services }: OperationContext): Promise<KubeObject> {
  const { publicKey, expirationSeconds } = (submitted.spec ?? {}) as Submitted
  if (typeof publicKey !== 'string') throw badRequest('spec.publicKey: Required value')
  if (typeof expirationSeconds !== 'number' || !(expirationSeconds > 0))
    throw badRequest('spec.expirationSeconds: must be a number of seconds')
  const { definition } = await authorityKey(name, { cluster, services })
  const secret = await services.read(definition, cluster, AUTHORITY_NAMESPACE, authoritySecretName(name))
  const issuer = readIssuer(secret)
  const resource = { group: LOGICAL_ENDPOINT.group, resource: LOGICAL_ENDPOINT.plural }
  if (issuer === undefined) throw conflict(resource, name, 'its certificate authority is lost')
  // Whole seconds, as in the certificate.
  const now = Math.floor(services.now() / 1000) * 1000
  const certificate = await signFor(issuer, { publicKey, ...ADMIN }, { now, ttl: expirationSeconds * 1000 })
  return {
    ...submitted,
    status: {
      certificate,
      certificateAuthority: issuer.certificate,
      expirationTimestamp: timestamp(now + expirationSeconds * 1000),
    },
  }
}

export const issueEndpointAccess: ResourceDefinition['subresources'][string] = {
  verbs: ['create'],
  kind: { group: LOGICAL_ENDPOINT.group, version: LOGICAL_ENDPOINT.version, kind: 'EndpointAccess' },
  type: 'custom',
  create,
}
