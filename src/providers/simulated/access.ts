import { randomBytes } from 'node:crypto'
import { formatTime } from '../../controller/index.ts'
import { printYaml } from '../../machinery/index.ts'
import type { Access } from '../provider.ts'
import { sensitive } from '../sensitive.ts'
import type { ClusterRecord } from './record.ts'

/** A kubeconfig with a token that nobody remembers: the pretended API server would have to. `now` in milliseconds. */
export function accessTo(
  externalName: string,
  { host, port, certificateAuthority }: NonNullable<ClusterRecord['endpoint']>,
  ttlSeconds: number,
  now: number,
): Access {
  const body = Buffer.from(certificateAuthority).toString('base64')
  const pem = `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`
  const token = `simulated-${randomBytes(32).toString('base64url')}`
  const kubeconfig = printYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: externalName,
        cluster: {
          server: `https://${host}:${port}`,
          'certificate-authority-data': Buffer.from(pem).toString('base64'),
        },
      },
    ],
    users: [{ name: externalName, user: { token } }],
    contexts: [{ name: externalName, context: { cluster: externalName, user: externalName } }],
    'current-context': externalName,
  })
  return { kubeconfig: sensitive(kubeconfig), expiresAt: formatTime(now + ttlSeconds * 1000) }
}
