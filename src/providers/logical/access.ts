/** A kubeconfig with a client certificate of the endpoint's own authority, for a key that is made here and kept nowhere. */
import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { isStatus, type KubeObject, printYaml } from '../../machinery/index.ts'
import { askWorld } from '../ask.ts'
import type { Access } from '../provider.ts'
import { callRefused, clusterGone } from '../provider-error.ts'
import { sensitive } from '../sensitive.ts'
import {
  API_VERSION,
  ENDPOINTS,
  externalIDOf,
  type LogicalEndpoint,
  nameOf,
  observed,
  TYPE,
} from './endpoint-object.ts'
import type { LogicalWorld } from './logical-world.ts'

interface Issued extends KubeObject {
  readonly status?: {
    readonly certificate: string
    readonly certificateAuthority: string
    readonly expirationTimestamp: string
  }
}

const generate = promisify(generateKeyPair)

export async function issueAccess(
  { client }: LogicalWorld,
  cluster: LogicalEndpoint,
  expirationSeconds: number,
  signal: AbortSignal,
): Promise<Access> {
  const { externalName } = nameOf(cluster)
  const { endpoint } = observed(cluster)
  if (endpoint === undefined) throw callRefused(`cluster ${externalName} has no endpoint`)
  const { publicKey, privateKey } = await generate('ec', { namedCurve: 'P-256' })
  const request: KubeObject = {
    apiVersion: API_VERSION,
    kind: 'EndpointAccess',
    metadata: {},
    spec: { publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(), expirationSeconds },
  }
  const { status } = await askWorld(TYPE, signal, () =>
    client.create(ENDPOINTS, request, { name: externalName, subresource: 'access', signal }),
  ).then(
    (issued) => issued as Issued,
    (error: unknown) => {
      throw isStatus(error, 'NotFound') ? clusterGone(externalIDOf(nameOf(cluster))) : error
    },
  )
  if (status === undefined) throw callRefused(`cluster ${externalName} issues no certificate`)
  const encode = (text: string): string => Buffer.from(text).toString('base64')
  const kubeconfig = printYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: externalName,
        cluster: {
          server: `https://${endpoint.host}:${endpoint.port}`,
          'certificate-authority-data': encode(status.certificateAuthority),
        },
      },
    ],
    users: [
      {
        name: externalName,
        user: {
          'client-certificate-data': encode(status.certificate),
          'client-key-data': encode(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
        },
      },
    ],
    contexts: [{ name: externalName, context: { cluster: externalName, user: externalName } }],
    'current-context': externalName,
  })
  return { kubeconfig: sensitive(kubeconfig), expiresAt: status.expirationTimestamp }
}
