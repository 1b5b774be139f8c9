import { request as httpsRequest } from 'node:https'
import type { Access } from '../kubeconfig.ts'

/** Follows a watch for as long as its server keeps it: `ADDED name`, one text an event. */
export function watch(access: Access, path: string): { readonly seen: string[]; end(): void } {
  const seen: string[] = []
  let rest = ''
  const token = 'token' in access.credential ? access.credential.token : ''
  const headers = { authorization: `Bearer ${token}` }
  const outgoing = httpsRequest(access.url + path, { ca: access.ca, agent: false, headers }, (incoming) => {
    incoming.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const { type, object } = JSON.parse(line)
        seen.push(`${type} ${object.metadata.name}`)
      }
    })
  })
  outgoing.on('error', () => {})
  outgoing.end()
  return { seen, end: () => outgoing.destroy() }
}
