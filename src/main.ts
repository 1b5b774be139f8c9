/**
 * The composition root: which rooms a process is made of. It opens the store, makes the server of it, starts the feature
 * rooms' controllers as clients in the process, and hands `serve` to the command line.
 */

import { join } from 'node:path'
import { feature as builtins } from './builtins/index.ts'
import { runProgram, type Served, type ServeOptions, type StoreCommands } from './cli/index.ts'
import { clustersRoom } from './clusters/index.ts'
import {
  actorsOf,
  CANDIDATE,
  controllerPolicy,
  type Feature,
  featureAnswers,
  startElected,
  startFeatures,
  workqueueMetrics,
} from './controller/index.ts'
import { feature as lifecycle } from './lifecycle/index.ts'
import { platformFeature } from './platform/index.ts'
import { kindClusterAPI } from './providers/index.ts'
import {
  createAddressPolicy,
  createAuthenticator,
  createServer,
  ensureAdminKubeconfig,
  ensureAuthority,
  ensureServiceAccountKey,
  ensureUserKubeconfig,
  featureDefinitions,
  hashedTokenAuthenticator,
  heldHandler,
  listen,
  openProcessLog,
  openServerStore,
  openStoreAt,
  readClientCAs,
  readServingFiles,
  readTokenFile,
  servingNames,
  startEndpoints,
  storeCommands,
  type TokenAuthenticator,
} from './server/index.ts'
import { VERSION } from './version.ts'
import { bootstrap, boundDefinitions, restoreWorkspace, workspaceDefinitions } from './workspaces/index.ts'

/** What answers nobody but this machine's own users. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/

function featuresOf({ dataDirectory, host, webhookAllowCidr = [] }: ServeOptions): readonly Feature[] {
  const clusters = clustersRoom(createAddressPolicy(webhookAllowCidr))
  const simulatedFolder = join(dataDirectory, 'simulated')
  const lendsDocker = LOOPBACK.test(host)
  const parts = [clusters.clusterAPI, ...(lendsDocker ? [kindClusterAPI(process.env)] : [])]
  return [
    lifecycle,
    builtins,
    clusters.feature,
    platformFeature({
      simulatedFolder,
      lendsDocker,
      types: clusters.types,
      equipment: {
        crds: parts.flatMap(({ crds }) => crds),
        controllers: parts.flatMap(({ controllers }) => controllers),
      },
    }),
  ]
}

/** Resolves when the server answers; `ended` settles when everything that was begun here has been given back. */
async function serve(options: ServeOptions, signal: AbortSignal): Promise<Served> {
  const opened = new AsyncDisposableStack()
  try {
    return await start(options, signal, opened)
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

async function start(options: ServeOptions, signal: AbortSignal, opened: AsyncDisposableStack): Promise<Served> {
  const { dataDirectory, host, port, externalHostname } = options
  const { warn, report, observe } = opened.use(await openProcessLog({ ...options, stderr: process.stderr }))
  const names = [...servingNames(host), ...(externalHostname === undefined ? [] : [externalHostname])]
  const features = featuresOf(options)
  const opening = openServerStore({ ...options, report, warn, signal })
  // Whatever else fails meanwhile: the store that is being opened has a thread, and must be closed.
  opened.defer(async () => {
    const store = await opening.catch(() => undefined)
    await store?.[Symbol.asyncDispose]()
  })
  // Of a store elsewhere the files below are known only when it is open.
  if (options.store === 'etcd') await opening
  const [store, authority, key, fileTokens, clientCAs, servingFiles] = await Promise.all([
    opening,
    ensureAuthority(dataDirectory, { names }),
    ensureServiceAccountKey(dataDirectory),
    options.tokenAuthFile === undefined ? [] : readTokenFile(options.tokenAuthFile, warn).then((token) => [token]),
    options.clientCaFile === undefined ? [] : readClientCAs(options.clientCaFile).then((pem) => [pem]),
    readServingFiles(options),
  ])
  const failure = Promise.withResolvers<never>()
  // What fails before the server is ready is told by `ended`, which nobody waits for yet.
  failure.promise.catch(() => undefined)
  let url = ''
  const kinds = workspaceDefinitions(() => url)
  const tokens: TokenAuthenticator[] = [...fileTokens]
  const answers = featureAnswers(features, (request) => server.handler(request))
  const apis = features.flatMap(({ apis }) => apis)
  const server = opened.use(
    await createServer({
      store,
      authenticator: createAuthenticator({ tokens }),
      definitions: [...kinds.all, ...featureDefinitions(apis, answers)],
      share: boundDefinitions,
      policy: controllerPolicy([...actorsOf(features), CANDIDATE]),
      moreMetrics: workqueueMetrics,
      authority: { rootCertificate: authority.caCertificate, signCertificate: authority.signRequest },
      ...(options.webhookAllowCidr !== undefined && { webhookAllowCidr: options.webhookAllowCidr }),
      tokens: {
        key,
        ...(options.serviceAccountIssuer !== undefined && { issuer: options.serviceAccountIssuer }),
        ...(options.apiAudiences !== undefined && { audiences: options.apiAudiences }),
      },
      externalURL: () => url,
      observe,
      report,
      failed: failure.reject,
    }),
  )
  const held = heldHandler(server.handler)
  const listener = opened.use(
    await listen(held.handler, { host, port, authority: { ...authority, ...servingFiles }, clientCAs }),
  )
  opened.defer(held.begin)
  const externalHost = externalHostname ?? new URL(listener.url).hostname
  url = externalHostname === undefined ? listener.url : `https://${externalHost}:${new URL(listener.url).port || 443}`
  await bootstrap({ store, logicalCluster: kinds.logicalCluster, externalURL: () => url, now: Date.now })
  const { caCertificate } = authority
  tokens.unshift(
    hashedTokenAuthenticator(await ensureAdminKubeconfig({ directory: dataDirectory, url, caCertificate })),
  )
  held.begin()
  const { handler } = server
  const startWork = async (): Promise<AsyncDisposable> => {
    await using work = new AsyncDisposableStack()
    const endpoints = work.use(await startEndpoints({ ...server, store, host, externalHost, names, report }))
    // Controllers find the endpoints as they are; nobody else waits for them.
    const running = endpoints.opened.then(() => startFeatures({ features, handler }))
    running.catch(failure.reject)
    work.defer(async () => (await running)[Symbol.asyncDispose]())
    return work.move()
  }
  opened.use(options.store === 'etcd' ? startElected({ handler, start: startWork }) : await startWork())
  return {
    url,
    kubeconfig: join(dataDirectory, 'admin.kubeconfig'),
    issueKubeconfig: async ({ name, user, workspace }) => {
      const path = join(dataDirectory, `${name}.kubeconfig`)
      await ensureUserKubeconfig({ path, user, workspace, url, authority, now: Date.now })
      return path
    },
    ended: Promise.race([aborted(signal), failure.promise]).finally(() => opened.disposeAsync()),
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
    if (signal.aborted) resolve()
  })
}

const commandsOfStores: StoreCommands = {
  ...storeCommands,
  restoreWorkspace: async ({ file, path, to }, signal) => {
    const { store, readKeys } = await openStoreAt(to, signal)
    await using _store = store
    return await restoreWorkspace({ file, path, store, readKeys, signal })
  },
}

/** Runs the command line of this process and sets its exit code. */
export async function main(): Promise<void> {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort())
  process.exitCode = await runProgram(process.argv.slice(2), {
    version: VERSION,
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    signal: stop.signal,
    serve,
    store: commandsOfStores,
  })
}

if (import.meta.main) await main()
