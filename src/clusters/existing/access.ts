/**
 * Credentials of an adopted cluster: tokens of a service account of ours in it, which end by themselves. The credential that
 * it was adopted with is handed to nobody.
 */
import { resourceRef } from '../../client/index.ts'
import { apply, find, orGone } from '../../controller/index.ts'
import { isStatus, type KubeObject, printYaml } from '../../machinery/index.ts'
import { type Access, askWorld, callRefused, clusterConflict, sensitive } from '../../providers/index.ts'
import { type AdoptedCluster, NAMESPACE, OWN_LABELS, OWN_NAME, touchMarks } from './adopted-cluster.ts'
import type { TrustedConfig } from './kubeconfig.ts'

interface TokenRequest extends KubeObject {
  readonly status?: { readonly token?: string; readonly expirationTimestamp?: string }
}

const SERVICE_ACCOUNTS = resourceRef<TokenRequest>('v1', 'serviceaccounts', { namespaced: true })
const BINDINGS = resourceRef('rbac.authorization.k8s.io/v1', 'clusterrolebindings', { namespaced: false })

const RBAC = 'rbac.authorization.k8s.io'
const SERVICE_ACCOUNT: TokenRequest = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: OWN_NAME, namespace: NAMESPACE, labels: OWN_LABELS },
}
const BINDING: KubeObject = {
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name: OWN_NAME, labels: OWN_LABELS },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ kind: 'ServiceAccount', name: OWN_NAME, namespace: NAMESPACE }],
}

/** Undefined where somebody has changed the marks, or taken away what was put there, since the cluster was looked at. */
export async function issueAccess(
  cluster: AdoptedCluster,
  { server, ca, tlsServerName }: TrustedConfig,
  expirationSeconds: number,
  signal: AbortSignal,
): Promise<Access | undefined> {
  const { name, connection } = cluster
  const { client } = connection
  await askWorld(`cluster ${name}`, signal, async () => {
    const ours = { accept: (present: KubeObject) => refuseForeign(cluster, present) }
    for (const present of await ownObjects(cluster)) ours.accept(present)
    await apply(client, SERVICE_ACCOUNTS, SERVICE_ACCOUNT, ours)
    await apply(client, BINDINGS, BINDING, ours)
  })
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: {},
    spec: { expirationSeconds },
  }
  const options = { name: OWN_NAME, namespace: NAMESPACE, subresource: 'token', signal }
  const issued = await askWorld(`cluster ${name}`, signal, () =>
    orGone(client.create(SERVICE_ACCOUNTS, request, options)),
  )
  if (issued === undefined || !(await touchMarks(cluster, signal))) return undefined
  const { status } = issued
  const { token, expirationTimestamp } = status ?? {}
  if (token === undefined || expirationTimestamp === undefined) throw callRefused(`cluster ${name} issues no token`)
  const kubeconfig = printYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server: server.replace(/\/$/, ''),
          'certificate-authority-data': Buffer.from(ca).toString('base64'),
          ...(tlsServerName !== undefined && { 'tls-server-name': tlsServerName }),
        },
      },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  })
  return { kubeconfig: sensitive(kubeconfig), expiresAt: expirationTimestamp }
}

/** With them, every token that was issued ends. */
export async function withdrawAccess(cluster: AdoptedCluster, signal: AbortSignal): Promise<void> {
  const { name, connection } = cluster
  const { client } = connection
  await askWorld(`cluster ${name}`, signal, async () => {
    for (const present of await ownObjects(cluster)) {
      if (!isOurs(present)) continue
      const preconditions = { uid: present.metadata.uid ?? '' }
      const request: Promise<unknown> =
        present.metadata.namespace === undefined
          ? client.delete(BINDINGS, OWN_NAME, { preconditions, signal })
          : client.delete(SERVICE_ACCOUNTS, OWN_NAME, { namespace: NAMESPACE, preconditions, signal })
      await orGone(request).catch((error: unknown) => {
        // Another one of the same name: ours is gone.
        if (!isStatus(error, 'Conflict')) throw error
      })
    }
  })
}

async function ownObjects({ connection: { client } }: AdoptedCluster): Promise<KubeObject[]> {
  const found = await Promise.all([
    find(client, BINDINGS, OWN_NAME),
    find(client, SERVICE_ACCOUNTS, OWN_NAME, { namespace: NAMESPACE }),
  ])
  return found.filter((each) => each !== undefined)
}

function isOurs({ metadata }: KubeObject): boolean {
  return Object.entries(OWN_LABELS).every(([key, value]) => metadata.labels?.[key] === value)
}

function refuseForeign({ observed }: AdoptedCluster, present: KubeObject): void {
  if (isOurs(present)) return
  throw clusterConflict(observed, `${present.kind} ${OWN_NAME} in it is somebody else's`)
}
