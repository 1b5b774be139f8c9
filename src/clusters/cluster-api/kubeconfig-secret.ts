/**
 * `<name>-kubeconfig` of a Cluster that has no control plane object, made from its authority in `<name>-ca` (util/kubeconfig).
 * Upstream's core never renews it; here it is renewed when half of its life is over, as KubeadmControlPlane does, and when
 * endpoint or authority change. A Secret that somebody else put there is left alone.
 */
import { X509Certificate } from 'node:crypto'
import { type Client, resourceRef } from '../../client/index.ts'
import { find, ownerReference } from '../../controller/index.ts'
import { type KubeObject, parseYaml, printYaml } from '../../machinery/index.ts'
import { signClientCertificate } from './client-certificate.ts'
import { type Cluster, isValid, NAME_LABEL } from './cluster.ts'

export interface Secret extends KubeObject {
  readonly type?: string
  readonly data?: Readonly<Record<string, string>>
}

export const SECRETS = resourceRef<Secret>('v1', 'secrets', { namespaced: true })
export const SECRET_TYPE = 'cluster.x-k8s.io/secret'

const DAY = 24 * 60 * 60 * 1000
/** util/certs.DefaultCertDuration. */
const LIFETIME = 365 * DAY
/** Clocks differ. */
const BACKDATED = 5 * 60 * 1000

interface Authority {
  readonly certificate: string
  readonly key: string
}

/** Milliseconds until it has to be looked at again; undefined: when something changes. */
export async function keepKubeconfig(client: Client, cluster: Cluster, now: number): Promise<number | undefined> {
  const { metadata, spec = {} } = cluster
  const { name = '', namespace = '' } = metadata
  const endpoint = spec.controlPlaneEndpoint
  if (spec.controlPlaneRef !== undefined || !isValid(endpoint)) return undefined
  const server = `https://${hostOf(endpoint?.host ?? '')}:${endpoint?.port}`
  const present = await find(client, SECRETS, `${name}-kubeconfig`, { namespace })
  if (present !== undefined && !isMadeFor(present, cluster)) return undefined
  const authority = authorityOf(await find(client, SECRETS, `${name}-ca`, { namespace }))
  if (authority === undefined) return undefined
  const left = present === undefined ? 0 : lifeLeft(present, { authority, server, now })
  if (left > LIFETIME / 2) return left - LIFETIME / 2
  const value = await kubeconfigFor(name, server, authority, now)
  const data = { value: Buffer.from(value).toString('base64') }
  if (present === undefined) {
    await client.create(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: `${name}-kubeconfig`,
        namespace,
        labels: { [NAME_LABEL]: name },
        ownerReferences: [ownerReference(cluster)],
      },
      type: SECRET_TYPE,
      data,
    })
  } else {
    const { resourceVersion } = present.metadata
    const patch = { metadata: { resourceVersion }, data }
    await client.patch(SECRETS, `${name}-kubeconfig`, 'merge', patch, { namespace })
  }
  return LIFETIME / 2
}

function isMadeFor({ metadata, type }: Secret, { metadata: { uid } }: Cluster): boolean {
  return type === SECRET_TYPE && (metadata.ownerReferences ?? []).some((owner) => owner.uid === uid)
}

function authorityOf(secret: Secret | undefined): Authority | undefined {
  const { 'tls.crt': certificate, 'tls.key': key } = secret?.data ?? {}
  if (certificate === undefined || key === undefined) return undefined
  return { certificate: decode(certificate), key: decode(key) }
}

interface Wanted {
  readonly authority: Authority
  readonly server: string
  readonly now: number
}

/** Milliseconds; none where it is not what would be made now. */
function lifeLeft({ data = {} }: Secret, { authority, server, now }: Wanted): number {
  const parsed = parseYaml(decode(data.value ?? ''))
  const { clusters, users } = (parsed.ok ? parsed.value : {}) as {
    clusters?: { cluster?: { server?: string } }[]
    users?: { user?: { 'client-certificate-data'?: string } }[]
  }
  const certificate = users?.[0]?.user?.['client-certificate-data']
  if (certificate === undefined || clusters?.[0]?.cluster?.server !== server) return 0
  try {
    const shown = new X509Certificate(decode(certificate))
    const isSigned = shown.verify(new X509Certificate(authority.certificate).publicKey)
    return isSigned ? shown.validToDate.getTime() - now : 0
  } catch {
    // No certificate at all.
    return 0
  }
}

/** Names as upstream gives them, so that what people have in scripts goes on working. */
async function kubeconfigFor(name: string, server: string, authority: Authority, now: number): Promise<string> {
  const { certificate, key } = await signClientCertificate(authority, {
    commonName: 'kubernetes-admin',
    organization: 'system:masters',
    notBefore: now - BACKDATED,
    notAfter: now + LIFETIME,
  })
  const user = `${name}-admin`
  const context = `${user}@${name}`
  return printYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': encode(authority.certificate) } }],
    users: [{ name: user, user: { 'client-certificate-data': encode(certificate), 'client-key-data': encode(key) } }],
    contexts: [{ name: context, context: { cluster: name, user } }],
    'current-context': context,
  })
}

function hostOf(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64')
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString()
}
