/** Who calls: the sources of identity, asked in upstream's order (kubernetes/pkg/kubeapiserver/authenticator). */
import { type ApiRequest, type UserInfo, unauthorized } from '../../machinery/index.ts'
import type { TokenAuthenticator } from './hashed-tokens.ts'
import type { ServiceAccountTokens } from './service-account-tokens.ts'
import { ALL_AUTHENTICATED, ALL_UNAUTHENTICATED, ANONYMOUS, withoutLifecycleGroups } from './users.ts'

export interface AuthenticatorOptions {
  /** Asked one after the other; the first that knows a token decides. */
  readonly tokens: readonly TokenAuthenticator[]
  /** Whether a request without any credentials is `system:anonymous` (`--anonymous-auth`, default true) or refused. */
  readonly anonymous?: boolean
}

export interface Authenticator {
  /** Throws 401 for a bearer token that nobody knows, as upstream: never falls back to anonymous. */
  readonly authenticate: (request: Pick<ApiRequest, 'headers' | 'user'>) => Promise<UserInfo>
  /** For TokenReview: whose token it is. */
  readonly authenticateToken: TokenAuthenticator
}

const anonymousUser: UserInfo = { username: ANONYMOUS, groups: [ALL_UNAUTHENTICATED] }

export function createAuthenticator({ tokens, anonymous = true }: AuthenticatorOptions): Authenticator {
  const authenticateToken = async (token: string): Promise<UserInfo | undefined> => {
    for (const source of tokens) {
      const user = await source(token)
      if (user !== undefined) return withAuthenticatedGroup({ ...user, groups: withoutLifecycleGroups(user.groups) })
    }
    return undefined
  }
  return {
    authenticateToken,
    authenticate: async ({ headers, user }) => {
      // A verified certificate comes before a token, and makes up for a bad one.
      if (user !== undefined) return withAuthenticatedGroup(user)
      const token = bearerToken(headers.authorization)
      if (token !== undefined) {
        const owner = await authenticateToken(token)
        if (owner === undefined) throw unauthorized()
        return owner
      }
      if (!anonymous) throw unauthorized()
      return anonymousUser
    },
  }
}

/** The authenticator with the service accounts of all logical clusters: a token of theirs is nobody else's. */
export function withServiceAccounts(authenticator: Authenticator, accounts: ServiceAccountTokens): Authenticator {
  return {
    authenticateToken: async (token) => {
      const verdict = await accounts(token)
      if (verdict === undefined) return authenticator.authenticateToken(token)
      return 'error' in verdict ? undefined : withAuthenticatedGroup(verdict.user)
    },
    authenticate: async (request) => {
      const token = request.user === undefined ? bearerToken(request.headers.authorization) : undefined
      const verdict = token === undefined ? undefined : await accounts(token)
      if (verdict === undefined) return authenticator.authenticate(request)
      if ('error' in verdict) throw unauthorized()
      return withAuthenticatedGroup(verdict.user)
    },
  }
}

/** apiserver/pkg/authentication/request/bearertoken: anything that is not a bearer token counts as none. */
export function bearerToken(authorization: string | undefined): string | undefined {
  const [scheme, token] = (authorization ?? '').trim().split(' ')
  return scheme?.toLowerCase() === 'bearer' && token !== undefined && token !== '' ? token : undefined
}

/** apiserver/pkg/authentication/group/authenticated_group_adder.go */
export function withAuthenticatedGroup(user: UserInfo): UserInfo {
  if (user.username === ANONYMOUS) return user
  if (user.groups.includes(ALL_AUTHENTICATED) || user.groups.includes(ALL_UNAUTHENTICATED)) return user
  return { ...user, groups: [...user.groups, ALL_AUTHENTICATED] }
}
