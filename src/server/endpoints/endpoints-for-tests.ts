/** For tests of endpoints: a server with some, and clients that show certificates of their authorities. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import https from 'node:https'
import type { Store } from '../../storage/index.ts'
import {
  type Client,
  createClient,
  eventually,
  inProcessTransport,
  resourceRef,
  startServer,
} from '../../testing/index.ts'
import type { LogicalEndpoint } from './logical-endpoint.ts'

const apiVersion = 'endpoints.keelson.dev/v1alpha1'
export const ENDPOINTS = resourceRef<LogicalEndpoint>(apiVersion, 'logicalendpoints', { namespaced: false })
const MASTER = { username: 'master', groups: ['system:masters'] }

export interface Credentials {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

export interface Asked {
  readonly status: number
  readonly text: string
}

/** `store`: one that outlives the server. */
export async function beginEndpoints(store?: Store) {
  const server = await startServer({ listen: true, ...(store !== undefined && { store: lasting(store) }) })
  const shard = createClient({
    transport: inProcessTransport(server.handler, MASTER),
    cluster: '/clusters/system:admin',
  })
  return {
    server,
    shard,
    make: async (name: string) => {
      const metadata = { name, annotations: { 'keelson-owner': 'org-a' } }
      await shard.create(ENDPOINTS, { apiVersion, kind: 'LogicalEndpoint', metadata } as unknown as LogicalEndpoint)
      return becomes(shard, name, 'Open')
    },
    credentialsOf: (name: string) => issue(shard, name),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function lasting(store: Store): Store {
  return { ...store, [Symbol.asyncDispose]: async () => undefined }
}

export function becomes(shard: Client, name: string, state: string): Promise<LogicalEndpoint> {
  return eventually(async () => {
    const endpoint = await shard.get(ENDPOINTS, name)
    assert.equal(endpoint.status?.state, state, endpoint.status?.message ?? '')
    return endpoint
  })
}

async function issue(shard: Client, name: string): Promise<Credentials> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spec = { publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(), expirationSeconds: 600 }
  const request = { apiVersion, kind: 'EndpointAccess', metadata: {}, spec } as unknown as LogicalEndpoint
  const issued = await shard.create(ENDPOINTS, request, { name, subresource: 'access' })
  const { certificate, certificateAuthority } = issued.status as unknown as Record<string, string>
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
