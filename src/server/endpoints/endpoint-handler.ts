/** What one endpoint serves: its logical cluster, as a cluster of its own, and nothing beside it. */
import { type ApiRequest, type Handler, pathNotFound, type UserInfo, unauthorized } from '../../machinery/index.ts'
import { type Authenticator, bearerToken, withAuthenticatedGroup } from '../authentication/authenticator.ts'
import { localUser } from '../authentication/local-user.ts'
import { isServiceAccount } from '../authentication/service-account.ts'
import { ALL_UNAUTHENTICATED, ANONYMOUS, CLUSTER_NAME } from '../authentication/users.ts'
import { respondStatus } from '../response.ts'

/** Metrics are the process's, other logical clusters have other endpoints. */
const SERVED = ['/api', '/apis', '/openapi', '/version', '/healthz', '/livez', '/readyz']

export interface EndpointHandlerOptions {
  /** The server's, which finds the logical cluster by the URL. */
  readonly handler: Handler
  readonly authenticateToken: Authenticator['authenticateToken']
  readonly cluster: string
}

export function endpointHandler({ handler, authenticateToken, cluster }: EndpointHandlerOptions): Handler {
  return async (request) => {
    if (!isServed(request.url)) return respondStatus(pathNotFound(), [], request.headers.accept)
    const user = await caller(request, authenticateToken, cluster)
    if (user === undefined) return respondStatus(unauthorized(), [], request.headers.accept)
    return handler({ ...request, url: `/clusters/${cluster}${request.url}`, user: localUser(user, cluster) })
  }
}

function isServed(url: string): boolean {
  const end = url.indexOf('?')
  const path = end === -1 ? url : url.slice(0, end)
  return path === '/' || SERVED.some((served) => path === served || path.startsWith(`${served}/`))
}

/** Undefined: a token that counts for nothing here. One of another endpoint, or of the server's own users, is such. */
async function caller(
  { headers, user }: ApiRequest,
  authenticateToken: Authenticator['authenticateToken'],
  cluster: string,
): Promise<UserInfo | undefined> {
  if (user !== undefined) return withAuthenticatedGroup(user)
  const token = bearerToken(headers.authorization)
  if (token === undefined) return { username: ANONYMOUS, groups: [ALL_UNAUTHENTICATED] }
  const owner = await authenticateToken(token)
  if (owner === undefined || !isServiceAccount(owner.username)) return undefined
  const homes = owner.extra?.[CLUSTER_NAME] ?? []
  return homes.length === 1 && homes[0] === cluster ? owner : undefined
}
