import { request as httpsRequest } from 'node:https'
import type { Access } from './kubeconfig.ts'

/** An answer: its HTTP status and its body. */
export interface Answer {
  status: number
  text: string
}

/** Sends one request to an API server; `path` is appended to the server's URL. An object as body is sent as JSON. */
export function request(
  { url, ca, credential }: Access,
  method: string,
  path: string,
  body?: object,
  contentType = 'application/json',
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const outgoing = httpsRequest(
    url + path,
    {
      method,
      ca,
      agent: false,
      ...('token' in credential ? {} : { cert: credential.certificate, key: credential.key }),
      headers: {
        ...('token' in credential ? { authorization: `Bearer ${credential.token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
    },
    (incoming) => {
      let text = ''
      incoming.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }))
      incoming.on('error', reject)
    },
  )
  outgoing.on('error', reject)
  outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  return promise
}

/** Sends one request and answers with the object; @throws Error when the answer is not a success. */
export async function requestObject<Shape>(...parameters: Parameters<typeof request>): Promise<Shape> {
  const [, method, path] = parameters
  const { status, text } = await request(...parameters)
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`)
  return JSON.parse(text)
}
