/**
 * The composition root: which rooms a process is made of. It opens the store, makes the server of it, starts the feature
 * rooms' controllers as clients in the process, and hands `serve` to the command line.
 */

import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { feature as builtins } from './builtins/index.ts'
import { runProgram, type Served, type ServeOptions, type StoreCommands } from './cli/index.ts'
import { actorsOf, controllerPolicy, type Feature, featureAnswers, startFeatures } from './controller/index.ts'
import { feature as lifecycle } from './lifecycle/index.ts'
import { KeelsonError } from './machinery/index.ts'
import { platformFeature } from './platform/index.ts'
import {
  createAuthenticator,
  createServer,
  ensureAdminKubeconfig,
  ensureAuthority,
  ensureServiceAccountKey,
  ensureUserKubeconfig,
  featureDefinitions,
  hashedTokenAuthenticator,
  listen,
  openAuditLog,
  parseTokenFile,
  readClientCAs,
  type ServerOptions,
  servingNames,
  startEndpoints,
  type TokenAuthenticator,
  type TokenIssuerOptions,
} from './server/index.ts'
import {
  assertDataDirectory,
  backUp,
  checkStore,
  compactStore,
  openStore,
  readEncryption,
  restore,
  rewriteStore,
  type Store,
} from './storage/index.ts'
import { VERSION } from './version.ts'
import { bootstrap, boundDefinitions, restoreWorkspace, workspaceDefinitions } from './workspaces/index.ts'

function featuresOf({ dataDirectory }: ServeOptions): readonly Feature[] {
  return [lifecycle, builtins, platformFeature({ simulatedFolder: join(dataDirectory, 'simulated') })]
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
  const names = [...servingNames(host), ...(externalHostname === undefined ? [] : [externalHostname])]
  const features = featuresOf(options)
  const opening = open(options, signal)
  // Whatever else fails meanwhile: the store that is being opened has a thread, and must be closed.
  opened.defer(async () => {
    const store = await opening.catch(() => undefined)
    await store?.[Symbol.asyncDispose]()
  })
  const [store, authority, key, fileTokens, clientCA] = await Promise.all([
    opening,
    ensureAuthority(dataDirectory, { names }),
    ensureServiceAccountKey(dataDirectory),
    readTokens(options.tokenAuthFile),
    options.clientCaFile === undefined ? [] : readClientCAs(options.clientCaFile).then((pem) => [pem]),
  ])
  let url = ''
  let fail: (error: Error) => void = () => undefined
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  const kinds = workspaceDefinitions(() => url)
  const tokens: TokenAuthenticator[] = [...fileTokens]
  const answers = featureAnswers(features, (request) => server.handler(request))
  const server = opened.use(
    await createServer({
      store,
      authenticator: createAuthenticator({ tokens }),
      definitions: [
        ...kinds.all,
        ...featureDefinitions(
          features.flatMap(({ apis }) => apis),
          answers,
        ),
      ],
      share: boundDefinitions,
      policy: controllerPolicy(actorsOf(features)),
      rootCertificate: authority.caCertificate,
      ...(options.webhookAllowCidr !== undefined && { webhookAllowCidr: options.webhookAllowCidr }),
      signCertificate: authority.signRequest,
      tokens: tokenIssuerOf(options, key),
      externalURL: () => url,
      observe: await observing(options, opened),
      report,
      failed: (error) => fail(error),
    }),
  )
  const serving = await servingCertificate(options)
  const listener = opened.use(
    await listen(server.handler, { host, port, authority: { ...authority, ...serving }, clientCAs: clientCA }),
  )
  url =
    externalHostname === undefined ? listener.url : `https://${externalHostname}:${new URL(listener.url).port || 443}`
  await bootstrap({ store, logicalCluster: kinds.logicalCluster, externalURL: () => url, now: Date.now })
  const adminTokens = await ensureAdminKubeconfig({
    directory: dataDirectory,
    url,
    caCertificate: authority.caCertificate,
  })
  tokens.unshift(hashedTokenAuthenticator(adminTokens))
  const externalHost = externalHostname ?? new URL(listener.url).hostname
  const endpoints = opened.use(await startEndpoints({ ...server, store, host, externalHost, names, report }))
  // Controllers find the endpoints as they are; nobody else waits for them.
  const running = endpoints.opened.then(() => startFeatures({ features, handler: server.handler }))
  opened.defer(async () => (await running)[Symbol.asyncDispose]())
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
    if (signal.aborted) resolve()
  })
  const ended = Promise.race([stopped, failed]).finally(() => opened.disposeAsync())
  const issueKubeconfig: Served['issueKubeconfig'] = async ({ name, user, workspace }) => {
    const path = join(dataDirectory, `${name}.kubeconfig`)
    await ensureUserKubeconfig({ path, user, workspace, url, authority, now: Date.now })
    return path
  }
  return { url, kubeconfig: join(dataDirectory, 'admin.kubeconfig'), issueKubeconfig, ended }
}

function tokenIssuerOf({ serviceAccountIssuer, apiAudiences }: ServeOptions, key: KeyObject): TokenIssuerOptions {
  return {
    key,
    ...(serviceAccountIssuer !== undefined && { issuer: serviceAccountIssuer }),
    ...(apiAudiences !== undefined && { audiences: apiAudiences }),
  }
}

async function open(options: ServeOptions, signal: AbortSignal): Promise<Store> {
  const { store, dataDirectory: directory, encryptionProviderConfig } = options
  if (store === 'memory') return openStore({ engine: 'memory' }, { signal })
  const encryption = readEncryption(directory, encryptionProviderConfig)
  return openStore({ engine: 'embedded', directory, encryption }, { signal })
}

const storeCommands: StoreCommands = {
  backUp,
  restore,
  check: checkStore,
  compact: compactStore,
  rewrite: rewriteStore,
  restoreWorkspace: async ({ file, path, directory, encryptionFile }, signal) => {
    assertDataDirectory(directory)
    const encryption = readEncryption(directory, encryptionFile)
    await using store = await openStore({ engine: 'embedded', directory, encryption }, { signal })
    return await restoreWorkspace({ file, path, store, signal })
  },
}

async function readTokens(path: string | undefined): Promise<TokenAuthenticator[]> {
  if (path === undefined) return []
  const { authenticateToken, warnings } = parseTokenFile(await readFlagFile('--token-auth-file', path), path)
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`)
  return [authenticateToken]
}

async function servingCertificate({
  tlsCertFile,
  tlsPrivateKeyFile,
}: ServeOptions): Promise<{ certificate: string; key: string } | undefined> {
  if (tlsCertFile === undefined && tlsPrivateKeyFile === undefined) return undefined
  if (tlsCertFile === undefined || tlsPrivateKeyFile === undefined) {
    throw new KeelsonError('--tls-cert-file and --tls-private-key-file go together', 'give both, or neither')
  }
  const [certificate, key] = await Promise.all([
    readFlagFile('--tls-cert-file', tlsCertFile),
    readFlagFile('--tls-private-key-file', tlsPrivateKeyFile),
  ])
  return { certificate, key }
}

async function readFlagFile(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new KeelsonError(
      `${flag} ${path} cannot be read: ${code ?? 'unknown error'}`,
      'name a file that this user may read',
    )
  }
}

/** The audit when it is wanted, slow requests always, and each request with --verbose. */
async function observing(
  { auditLogPath, verbose }: ServeOptions,
  opened: AsyncDisposableStack,
): Promise<NonNullable<ServerOptions['observe']>> {
  const line = (entry: object): void => {
    process.stderr.write(`${JSON.stringify({ level: 'info', time: new Date().toISOString(), ...entry })}\n`)
  }
  const audit =
    auditLogPath === undefined
      ? undefined
      : opened.use(await openAuditLog(auditLogPath, (error) => report(error, { log: 'audit' })))
  return { slow: line, ...(audit !== undefined && { audit: audit.write }), ...(verbose && { requests: line }) }
}

/** Faults of ours: one line each, never a body. */
function report(error: unknown, fields: Readonly<Record<string, string>>): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(
    `${JSON.stringify({ level: 'error', time: new Date().toISOString(), ...fields, error: text })}\n`,
  )
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
    store: storeCommands,
  })
}

if (import.meta.main) await main()
