/** Whom the `Impersonate-*` headers name (apiserver/pkg/endpoints/filters/impersonation: processImpersonationHeaders). */
import { badRequest, type Headers, quote } from '../../machinery/index.ts'
import { valuesOf } from './request-headers.ts'

const EXTRA_PREFIX = 'impersonate-extra-'

export interface WantedUser {
  readonly username: string
  readonly uid: string
  readonly groups: readonly string[]
  readonly extra: Readonly<Record<string, readonly string[]>>
}

/** Undefined: nobody. Throws 400. */
export function wantedUser(headers: Headers): WantedUser | undefined {
  const username = headers['impersonate-user'] ?? ''
  const uid = headers['impersonate-uid'] ?? ''
  const groups = valuesOf(headers['impersonate-group'])
  const extra = new Map<string, readonly string[]>()
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(EXTRA_PREFIX) || value === undefined) continue
    const key = unescapeKey(name.slice(EXTRA_PREFIX.length))
    extra.set(key, [...(extra.get(key) ?? []), ...valuesOf(value)])
  }
  const wanted = { username, uid, groups, extra: Object.fromEntries(extra) }
  if (username !== '') return wanted
  if (uid === '' && groups.length === 0 && extra.size === 0) return undefined
  throw badRequest(`requested ${asGo(wanted)} without impersonating a user name`)
}

/** As Go prints the struct (`%#v`). */
function asGo({ uid, groups, extra }: WantedUser): string {
  const list = (values: readonly string[]) => `[]string{${values.map(quote).join(', ')}}`
  const some = Object.entries(extra).sort(([one], [other]) => (one < other ? -1 : 1))
  const fields = some.map(([key, values]) => `${quote(key)}:${list(values)}`).join(', ')
  const all = groups.length === 0 ? '[]string(nil)' : list(groups)
  const map = `map[string][]string${some.length === 0 ? '(nil)' : `{${fields}}`}`
  return `&user.DefaultInfo{Name:"", UID:${quote(uid)}, Groups:${all}, Extra:${map}}`
}

/** Keys travel percent-encoded; what is not decodable counts as it is. */
function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}
