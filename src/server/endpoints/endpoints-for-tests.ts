/** For tests of endpoints: making some, and clients that show certificates of their authorities. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import https from 'node:https'
import type { KubeObject } from '../../machinery/index.ts'
import type { Store } from '../../storage/index.ts'
import type { LogicalEndpoint } from './logical-endpoint.ts'

const apiVersion = 'endpoints.keelson.dev/v1alpha1'
export const ENDPOINTS = {
  group: 'endpoints.keelson.dev',
  version: 'v1alpha1',
  resource: 'logicalendpoints',
  namespaced: false,
}
export const MASTER = { username: 'master', groups: ['system:masters'] }
export const SHARD = '/clusters/system:admin'

export interface Credentials {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

export interface Asked {
  readonly status: number
  readonly text: string
}

/** A client in the server's administration. */
interface Shard {
  get(resource: typeof ENDPOINTS, name: string): Promise<KubeObject>
  create(
    resource: typeof ENDPOINTS,
    object: KubeObject,
    options?: { name: string; subresource: string },
  ): Promise<KubeObject>
}

type Eventually = <T>(check: () => Promise<T>) => Promise<T>

/** Closed by nobody but its owner: it outlives a server. */
export function lasting(store: Store): Store {
  return { ...store, [Symbol.asyncDispose]: async () => undefined }
}

export async function makeEndpoint(shard: Shard, name: string, eventually: Eventually): Promise<LogicalEndpoint> {
  const metadata = { name, annotations: { 'keelson-owner': 'org-a' } }
  await shard.create(ENDPOINTS, { apiVersion, kind: 'LogicalEndpoint', metadata })
  return eventually(() => assertState(shard, name, 'Open'))
}

export async function assertState(shard: Shard, name: string, state: string): Promise<LogicalEndpoint> {
  const endpoint = (await shard.get(ENDPOINTS, name)) as LogicalEndpoint
  assert.equal(endpoint.status?.state, state, endpoint.status?.message ?? '')
  return endpoint
}

export async function issueFor(shard: Shard, name: string): Promise<Credentials> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spec = { publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(), expirationSeconds: 600 }
  const request = { apiVersion, kind: 'EndpointAccess', metadata: {}, spec }
  const issued = await shard.create(ENDPOINTS, request, { name, subresource: 'access' })
  const { certificate, certificateAuthority } = issued.status as Record<string, string>
  return {
    ca: certificateAuthority ?? '',
    cert: certificate ?? '',
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

export function urlOf({ status }: LogicalEndpoint): string {
  return `https://${status?.host}:${status?.port}`
}

/** One request over a connection of its own. */
export function ask(url: string, options: https.RequestOptions = {}, body?: object): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const headers = { ...options.headers, ...(body !== undefined && { 'content-type': 'application/json' }) }
    const request = https.request(url, { agent: false, ...options, headers }, (response) => {
      let text = ''
      response.on('data', (piece) => {
        text += piece
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    request.on('error', reject)
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
