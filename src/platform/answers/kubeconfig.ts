/** `POST …/controlcenters/x/kubeconfig`: a credential that ends by itself, made when it is asked for and kept nowhere. */
import type { AnswerContext, AnswerDefinition } from '../../controller/index.ts'
import { fieldInvalid, internalError, invalid, type KubeObject, serviceUnavailable } from '../../machinery/index.ts'
import { type Access, isProviderError } from '../../providers/index.ts'
import { PLATFORM_API_VERSION } from '../api/declare-kind.ts'
import { CLUSTER_PROVIDERS, CLUSTER_RESOURCES, type ClusterKind, scopeOf } from '../controllers/cluster-object.ts'
import { problemText, sourceOf } from '../controllers/object-source.ts'
import { KUBECONFIG_REQUEST, type KubeconfigRequest } from '../engine/kubeconfig-request.ts'
import { opening, type ProviderTypes, readOne } from '../engine/read-desired.ts'

export function kubeconfigAnswer(kind: ClusterKind, types: ProviderTypes): AnswerDefinition {
  const resource = CLUSTER_RESOURCES[kind]
  const [group = '', version = ''] = PLATFORM_API_VERSION.split('/')
  return {
    name: `${kind.toLowerCase()}-kubeconfig-issuer`,
    resource,
    subresource: { name: 'kubeconfig', kind: { group, version, kind: KUBECONFIG_REQUEST } },
    rules: [
      { apiGroups: ['platform.keelson.dev'], resources: ['clusterproviders', resource.resource], verbs: ['get'] },
      { apiGroups: ['core.kcp.io'], resources: ['logicalclusters'], verbs: ['get'] },
    ],
    async answer(asked, context) {
      const { kubeconfig, expiresAt } = await issue(kind, asked, types, context)
      const encoded = Buffer.from(kubeconfig.reveal()).toString('base64')
      return { ...asked, status: { kubeconfig: encoded, expirationTimestamp: expiresAt } } as KubeObject
    },
  }
}

async function issue(
  kind: ClusterKind,
  asked: KubeObject,
  types: ProviderTypes,
  context: AnswerContext,
): Promise<Access> {
  const { client, name, signal } = context
  const object = await client.get(CLUSTER_RESOURCES[kind], name)
  const [scope, provider] = await Promise.all([
    scopeOf(client),
    client.get(CLUSTER_PROVIDERS, object.spec.providerRef.name),
  ])
  if (scope === undefined) throw internalError('the workspace has no path')
  const read = readOne(sourceOf(object), sourceOf(provider), { scope, open: opening(types, scope) })
  if (!read.ok) throw notIssued(name, read.error.map(problemText).join('; '))
  const { cluster, configured } = read.value
  const seconds = lifetimeOf(asked, cluster.accessTTL, configured.provider.capabilities().accessTTL.min)
  const { ownerTag } = configured
  try {
    const seen = await configured.provider.observe(cluster.externalName, signal)
    if (!seen.found) throw notIssued(name, 'it does not exist')
    return await configured.provider.issueAccess(seen.externalID, seconds, { ownerTag, signal })
  } catch (error) {
    if (!isProviderError(error)) throw error
    throw notIssued(name, error.message)
  }
}

function notIssued(name: string, message: string): Error {
  return serviceUnavailable(`no kubeconfig for ${name}: ${message}`)
}

/** Seconds. */
function lifetimeOf({ kind, spec }: KubeconfigRequest, most: number, least: number): number {
  const { expirationSeconds = most } = spec ?? {}
  if (Number.isInteger(expirationSeconds) && expirationSeconds >= least && expirationSeconds <= most) {
    return expirationSeconds
  }
  const text = `must be between ${least} and ${most}, the object's spec.access.ttl`
  const cause = fieldInvalid('spec.expirationSeconds', expirationSeconds, text)
  throw invalid({ group: 'platform.keelson.dev', kind }, '', [cause])
}
