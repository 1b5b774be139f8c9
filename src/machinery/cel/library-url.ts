/** `url` (apiserver/pkg/cel/library/urls.go): absolute URLs and paths as Go's net/url reads them. */

import { quote } from '../names/go-text.ts'
import { isRequestURI } from '../schema/format-addresses.ts'
import { defineFunction, type Library } from './declaration.ts'
import { opaqueType } from './type.ts'
import { celError, listValue, mapOf, type OpaqueValue, type Result } from './value.ts'

const URL_TYPE = opaqueType('kubernetes.URL')

interface ParsedURL {
  readonly text: string
  readonly scheme: string
  readonly host: string
  readonly path: string
  readonly query: string
}

function parse(text: string): ParsedURL | undefined {
  if (!isRequestURI(text)) return undefined
  const [, scheme = '', rest = ''] = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?([^#]*)/.exec(text) ?? []
  const mark = rest.indexOf('?')
  const body = mark === -1 ? rest : rest.slice(0, mark)
  const query = mark === -1 ? '' : rest.slice(mark + 1)
  const hasAuthority = body.startsWith('//') && (scheme !== '' || !body.startsWith('///'))
  const [, authority = '', path = ''] = hasAuthority ? (/^\/\/([^/]*)(.*)$/s.exec(body) ?? []) : ['', '', body]
  const host = unescaped(authority.slice(authority.lastIndexOf('@') + 1)) ?? ''
  // What is neither a path nor below a host is opaque, and has no path.
  return { text, scheme: scheme.toLowerCase(), host, path: path.startsWith('/') || path === '*' ? path : '', query }
}

function unescaped(text: string): string | undefined {
  if (!/^(?:[^%]|%[0-9a-fA-F]{2})*$/s.test(text)) return undefined
  const bytes = text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString())
  return bytes
}

/** As it was written where that is well-formed; else with all escaped that must be. */
function escapedPath({ path }: ParsedURL): string {
  if (/^(?:[A-Za-z0-9\-_.~!$&'()*+,;=:@/[\]]|%[0-9a-fA-F]{2})*$/.test(path)) return path
  return encodeURI(unescaped(path) ?? path).replace(/[!'()*?#]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  })
}

function hostname(host: string): string {
  const [, name = host] = /^(.*):\d*$/.exec(host) ?? []
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
}

function port(host: string): string {
  return /:(\d*)$/.exec(host.replace(/^\[[^\]]*\]/, ''))?.[1] ?? ''
}

/** Pairs that Go cannot read are left out. */
function queryMap(query: string): Result {
  const values = new Map<string, string[]>()
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';')) continue
    const [name = '', ...rest] = pair.split('=')
    const key = unescaped(name.replaceAll('+', ' '))
    const value = unescaped(rest.join('=').replaceAll('+', ' '))
    if (key === undefined || value === undefined) continue
    values.set(key, [...(values.get(key) ?? []), value])
  }
  return mapOf([...values].map(([key, list]) => [key, listValue(list)] as const))
}

function toURL(text: string): Result {
  const parsed = parse(text)
  if (parsed === undefined) {
    const fault = text === '' ? 'empty url' : 'invalid URI for request'
    return celError(`URL parse error during conversion from string: parse ${quote(text)}: ${fault}`)
  }
  const equals = (other: OpaqueValue): boolean => (other.value as ParsedURL).text === text
  return { kind: 'opaque', type: URL_TYPE, value: parsed, equals }
}

function part(name: string, id: string, read: (url: ParsedURL) => Result, type = 'string') {
  return defineFunction(name, [
    [id, `kubernetes.URL.() -> ${type}`, (url: OpaqueValue) => read(url.value as ParsedURL)],
  ])
}

export const URLS: Library = {
  functions: [
    defineFunction('url', [['string_to_url', '(string) -> kubernetes.URL', toURL]]),
    defineFunction('isURL', [['is_url_string', '(string) -> bool', isRequestURI]]),
    part('getScheme', 'url_get_scheme', ({ scheme }) => scheme),
    part('getHost', 'url_get_host', ({ host }) => host),
    part('getHostname', 'url_get_hostname', ({ host }) => hostname(host)),
    part('getPort', 'url_get_port', ({ host }) => port(host)),
    part('getEscapedPath', 'url_get_escaped_path', escapedPath),
    part('getQuery', 'url_get_query', ({ query }) => queryMap(query), 'map(string, list(string))'),
  ],
}
