/** The server as its own client, as upstream's loopback configuration (apiserver/pkg/server/config.go): one object a call. */
import { type Handler, isStatus, type KubeObject, notFound, type Status, StatusError } from '../../machinery/index.ts'
import { SYSTEM_MASTERS } from '../authentication/users.ts'
import { AUTHORITY_NAMESPACE, ENDPOINTS_CLUSTER, LOGICAL_ENDPOINTS, type LogicalEndpoint } from './logical-endpoint.ts'

export interface Loopback {
  readonly endpoint: (name: string) => Promise<LogicalEndpoint | undefined>
  readonly secret: (name: string) => Promise<KubeObject | undefined>
  /** Holds for the object that was read: throws where it has changed, or gone. */
  readonly setStatus: (endpoint: LogicalEndpoint, status: NonNullable<LogicalEndpoint['status']>) => Promise<void>
}

const CLUSTER = `/clusters/${ENDPOINTS_CLUSTER}`
const ENDPOINTS = `${CLUSTER}/apis/${LOGICAL_ENDPOINTS.group}/${LOGICAL_ENDPOINTS.version}/${LOGICAL_ENDPOINTS.plural}`
const SECRETS = `${CLUSTER}/api/v1/namespaces/${AUTHORITY_NAMESPACE}/secrets`

const USER = { username: 'system:apiserver', groups: [SYSTEM_MASTERS, 'system:authenticated'] }

export function createLoopback(handler: Handler): Loopback {
  const call = async (method: string, url: string, patch?: object): Promise<KubeObject> => {
    const body = Buffer.from(patch === undefined ? '' : JSON.stringify(patch))
    const answer = await handler({
      method,
      url,
      headers: {
        accept: 'application/json',
        'user-agent': 'keelson/endpoints',
        ...(patch !== undefined && { 'content-type': 'application/merge-patch+json' }),
      },
      user: USER,
      body: async () => body,
      signal: new AbortController().signal,
    })
    const pieces: Buffer[] = []
    for await (const piece of answer.body) pieces.push(piece)
    const text = Buffer.concat(pieces).toString()
    if (answer.status < 300) return JSON.parse(text) as KubeObject
    if (!text.startsWith('{')) throw notFound({ group: '', resource: url }, '')
    throw new StatusError(JSON.parse(text) as Status)
  }
  const find = async (url: string): Promise<KubeObject | undefined> => {
    try {
      return await call('GET', url)
    } catch (error) {
      if (isStatus(error, 'NotFound')) return undefined
      throw error
    }
  }
  return {
    endpoint: async (name) => (await find(`${ENDPOINTS}/${name}`)) as LogicalEndpoint | undefined,
    secret: (name) => find(`${SECRETS}/${name}`),
    setStatus: async ({ metadata: { name = '', resourceVersion } }, status) => {
      await call('PATCH', `${ENDPOINTS}/${name}/status`, { metadata: { resourceVersion }, status })
    },
  }
}
