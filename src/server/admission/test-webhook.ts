/** For tests: a webhook of their own on a free port of loopback, and what it was asked. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { createAuthority } from '../pki/authority.ts'

export interface AskedReview {
  readonly apiVersion: string
  readonly kind: string
  readonly request: Record<string, unknown> & {
    readonly uid: string
    readonly object: Record<string, unknown> & { metadata: Record<string, unknown> }
    readonly oldObject: Record<string, unknown> | null
  }
}

/** What a webhook says: fields of the response, or an answer as it is. */
export type Said =
  | { readonly response: Record<string, unknown> }
  | { readonly status: number; readonly text: string; readonly type?: string }
  | 'hang'

export interface TestWebhook extends AsyncDisposable {
  readonly url: (path?: string) => string
  readonly caBundle: string
  readonly asked: { readonly path: string; readonly review: AskedReview }[]
  /** How many connections were made. */
  readonly connections: () => number
}

const authority = createAuthority({ names: ['127.0.0.1', 'localhost'] })

/** `say` gets the review and the path; by default everything is allowed. */
export async function startWebhook(
  say: (review: AskedReview, path: string) => Said = () => ({ response: { allowed: true } }),
  host = '127.0.0.1',
): Promise<TestWebhook> {
  const { certificate, key, caCertificate } = await authority
  const asked: TestWebhook['asked'] = []
  const hanging = new Set<() => void>()
  let connections = 0
  const server: Server = createServer({ cert: certificate, key }, async (request, response) => {
    const review = (await json(request)) as AskedReview
    const path = request.url ?? ''
    asked.push({ path, review })
    const said = say(review, path)
    if (said === 'hang') {
      hanging.add(() => response.destroy())
      return
    }
    if ('response' in said) {
      const answer = { ...review, request: undefined, response: { uid: review.request.uid, ...said.response } }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(answer))
      return
    }
    response.statusCode = said.status
    response.setHeader('content-type', said.type ?? 'text/plain')
    response.end(said.text)
  })
  server.on('secureConnection', () => {
    connections += 1
  })
  server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: (path = '') => `https://${host}:${port}${path}`,
    caBundle: Buffer.from(caCertificate).toString('base64'),
    asked,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      for (const end of hanging) end()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A JSON Patch as a response carries it. */
export function patchOf(operations: readonly object[]): Record<string, unknown> {
  return {
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
  }
}
