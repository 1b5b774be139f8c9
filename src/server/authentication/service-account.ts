/** Service accounts as users (apiserver/pkg/authentication/serviceaccount/util.go). */

const USER_PREFIX = 'system:serviceaccount:'
const ALL_SERVICE_ACCOUNTS = 'system:serviceaccounts'
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const DNS_SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

export function serviceAccountUsername(namespace: string, name: string): string {
  return `${USER_PREFIX}${namespace}:${name}`
}

/** The groups that a service account of this namespace is in, besides system:authenticated. */
export function serviceAccountGroups(namespace: string): string[] {
  return [ALL_SERVICE_ACCOUNTS, `${ALL_SERVICE_ACCOUNTS}:${namespace}`]
}

export function isServiceAccount(username: string): boolean {
  return username.startsWith(USER_PREFIX)
}

/** `<namespace>:<name>` of a service account's user name; undefined for any other. */
export function parseServiceAccountUsername(username: string): { namespace: string; name: string } | undefined {
  if (!isServiceAccount(username)) return undefined
  const [namespace, name, ...rest] = username.slice(USER_PREFIX.length).split(':')
  if (namespace === undefined || name === undefined || rest.length > 0) return undefined
  return DNS_LABEL.test(namespace) && DNS_SUBDOMAIN.test(name) ? { namespace, name } : undefined
}
