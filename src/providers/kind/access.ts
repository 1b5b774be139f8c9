/** A kubeconfig with a client certificate of the cluster's own authority. Its key is made in the node, printed, and kept nowhere. */
import { X509Certificate } from 'node:crypto'
import { formatTime } from '../../controller/index.ts'
import { parseYaml, printYaml } from '../../machinery/index.ts'
import type { Access } from '../provider.ts'
import { callRefused, operationFailed } from '../provider-error.ts'
import { sensitive } from '../sensitive.ts'
import { runInside } from './docker/containers.ts'
import { isDockerError } from './docker/docker.ts'
import type { Cluster } from './look.ts'
import { firstControlPlane } from './nodes.ts'
import type { KindWorld } from './world.ts'

interface Printed {
  readonly users?: readonly {
    readonly user?: { readonly 'client-certificate-data'?: string; readonly 'client-key-data'?: string }
  }[]
}

export async function issueAccess(
  { docker }: KindWorld,
  { observed, nodes, ca }: Cluster,
  ttlSeconds: number,
  signal: AbortSignal,
): Promise<Access> {
  const { externalName, endpoint } = observed
  const node = firstControlPlane(nodes)
  if (endpoint === undefined || ca === undefined || node === undefined) {
    throw callRefused(`cluster ${externalName} has no endpoint`)
  }
  const command = [
    'kubeadm',
    'kubeconfig',
    'user',
    '--config=/kind/kubeadm.conf',
    '--client-name=keelson',
    '--org=system:masters',
    `--validity-period=${Math.floor(ttlSeconds)}s`,
  ]
  const { code, stdout, stderr } = await runInside(docker, { id: node.id, command }, signal).catch((error: unknown) => {
    if (isDockerError(error)) throw operationFailed(`node ${node.name} runs nothing: ${error.message}`, [], error)
    throw error
  })
  if (code !== 0) {
    throw operationFailed(`kubeadm in ${node.name} has ended with ${code}`, stderr.split('\n').filter(Boolean))
  }
  const parsed = parseYaml(stdout.slice(Math.max(0, stdout.indexOf('apiVersion:'))))
  const user = parsed.ok ? (parsed.value as unknown as Printed | null)?.users?.[0]?.user : undefined
  const { 'client-certificate-data': certificate, 'client-key-data': key } = user ?? {}
  if (certificate === undefined || key === undefined) {
    throw operationFailed(`kubeadm in ${node.name} has printed no credential`)
  }
  const { validTo } = new X509Certificate(Buffer.from(certificate, 'base64'))
  const kubeconfig = printYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: externalName,
        cluster: {
          server: `https://${endpoint.host}:${endpoint.port}`,
          'certificate-authority-data': Buffer.from(ca).toString('base64'),
        },
      },
    ],
    users: [{ name: externalName, user: { 'client-certificate-data': certificate, 'client-key-data': key } }],
    contexts: [{ name: externalName, context: { cluster: externalName, user: externalName } }],
    'current-context': externalName,
  })
  return { kubeconfig: sensitive(kubeconfig), expiresAt: formatTime(Date.parse(validTo)) }
}
