import { feature as builtins } from '../builtins/index.ts'
import { type Client, createClient, inProcessTransport, resourceRef } from '../client/index.ts'
import {
  actorsOf,
  type Clock,
  controllerPolicy,
  errorLog,
  type Feature,
  featureAnswers,
  type Log,
  messageOf,
  startFeatures,
  systemClock,
  workqueueMetrics,
} from '../controller/index.ts'
import { feature as lifecycle } from '../lifecycle/index.ts'
import { type Handler, KeelsonError, type UserInfo } from '../machinery/index.ts'
import {
  adminKubeconfig,
  createAuthenticator,
  createAuthority,
  createServer,
  featureDefinitions,
  hashAdminTokens,
  hashedTokenAuthenticator,
  listen,
  newAdminTokens,
  ROOT_CLUSTER,
  servingNames,
  startEndpoints,
} from '../server/index.ts'
import { openStore, type Store } from '../storage/index.ts'
import { bootstrap, boundDefinitions, workspaceDefinitions } from '../workspaces/index.ts'
import { createFaults, type Faults } from './faults.ts'

/** What keeps a server in order by itself: garbage collection, deletion of namespaces and workspaces, quotas. */
export const defaultFeatures: readonly Feature[] = [lifecycle, builtins]

export interface TestServerOptions {
  /** Whose kinds are served and whose controllers run; default: lifecycle (garbage collection, deletion) and builtins (quota, roles). */
  readonly features?: readonly Feature[]
  /** Default: a new one in memory. It is closed with the server. */
  readonly store?: Store
  /** Serves HTTPS on a free port of 127.0.0.1, too, for clients in other processes. Default false: no socket at all. */
  readonly listen?: boolean
  /** The time of the server and its controllers; give `virtualClock()` to advance it by hand. Default: the machine's. */
  readonly clock?: Clock
  /** Where failures of the server and its controllers go; default standard error. */
  readonly log?: Log
}

export interface TestServer extends AsyncDisposable {
  /** In the logical cluster `root`, with all rights. */
  readonly client: Client
  /** A new workspace below `root`, Ready, and a client in it with all rights. */
  readonly workspace: (name: string) => Promise<Client>
  /** A client in `root` as somebody else: to test what they may do. */
  readonly as: (user: UserInfo) => Client
  /** `https://127.0.0.1:port`, without a path. Only with `listen`. */
  readonly url: string
  /** For kubectl and its like: JSON, with kcp's contexts. Only with `listen`. */
  readonly kubeconfig: () => string
  /** The API server as a function, faults included. */
  readonly handler: Handler
  readonly clock: Clock
  readonly faults: Faults
}

const ADMIN: UserInfo = { username: 'shard-admin', groups: ['system:masters', 'system:authenticated'] }
const WORKSPACES = resourceRef('tenancy.kcp.io/v1alpha1', 'workspaces', { namespaced: false })

/**
 * A Kubernetes API with workspaces, in this process and in milliseconds, for one test.
 *
 * @example
 * await using server = await startServer()
 * const client = await server.workspace('team')
 * const configMaps = resourceRef('v1', 'configmaps', { namespaced: true })
 * const metadata = { name: 'settings', namespace: 'default' }
 * await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { tier: 'web' } })
 * const { items } = await client.list(configMaps, { namespace: 'default' })
 */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { features = defaultFeatures, clock = systemClock, log = errorLog } = options
  await using opened = new AsyncDisposableStack()
  const seams = createFaults(clock)
  const store = seams.store(opened.use(options.store ?? (await openStore({ engine: 'memory' }))))
  let url = 'https://keelson.test'
  const externalURL = () => url
  const kinds = workspaceDefinitions(externalURL)
  const tokens = newAdminTokens()
  const authority = options.listen === true ? await createAuthority() : undefined
  const answers = featureAnswers(features, (request) => server.handler(request))
  const server = opened.use(
    await createServer({
      store,
      authenticator: createAuthenticator({ tokens: [hashedTokenAuthenticator(hashAdminTokens(tokens))] }),
      definitions: [
        ...kinds.all,
        ...featureDefinitions(
          features.flatMap(({ apis }) => apis),
          answers,
        ),
      ],
      share: boundDefinitions,
      policy: controllerPolicy(actorsOf(features)),
      moreMetrics: workqueueMetrics,
      authority:
        authority === undefined
          ? { rootCertificate: '' }
          : { rootCertificate: authority.caCertificate, signCertificate: authority.signRequest },
      // What a test calls runs beside it.
      webhookAllowCidr: ['127.0.0.0/8', '::1/128'],
      externalURL,
      report: (error, fields) => log.error('cannot serve', { ...fields, error: messageOf(error) }),
      failed: (error) => log.error('the store has failed', { error: error.message }),
      now: clock.now,
      ...(options.clock !== undefined && { setTimeout: clock.setTimeout }),
    }),
  )
  const handler = seams.handler(server.handler)
  if (authority !== undefined) {
    const listener = await listen(handler, { host: '127.0.0.1', port: 0, authority, clientCAs: [] })
    url = opened.use(listener).url
  }
  await bootstrap({ store, logicalCluster: kinds.logicalCluster, externalURL, now: clock.now })
  if (authority !== undefined) {
    opened.use(
      await startEndpoints({
        store,
        handler,
        authenticateToken: server.authenticateToken,
        host: '127.0.0.1',
        externalHost: '127.0.0.1',
        names: servingNames('127.0.0.1'),
        report: (error, fields) => log.error('cannot serve an endpoint', { ...fields, error: messageOf(error) }),
        now: clock.now,
        listen: seams.listen(listen),
      }),
    )
  }
  opened.use(startFeatures({ features, handler, clock, log }))

  const as = (user: UserInfo) =>
    createClient({ transport: inProcessTransport(handler, user), cluster: `/clusters/${ROOT_CLUSTER}` })
  const client = as(ADMIN)
  const listening = () => {
    if (authority !== undefined) return authority
    throw new KeelsonError('the test server has no socket', 'start it with startServer({ listen: true })')
  }
  const running = opened.move()
  return {
    client,
    async workspace(name) {
      await client.create(WORKSPACES, { apiVersion: 'tenancy.kcp.io/v1alpha1', kind: 'Workspace', metadata: { name } })
      return client.inCluster(`${ROOT_CLUSTER}:${name}`)
    },
    as,
    get url() {
      listening()
      return url
    },
    kubeconfig: () => JSON.stringify(adminKubeconfig(url, listening().caCertificate, tokens)),
    handler,
    clock,
    faults: seams.faults,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
