/** Brings one endpoint to what its LogicalEndpoint says. */
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { isStatus, KeelsonError } from '../../machinery/index.ts'
import type { Listener } from '../socket.ts'
import { authorityOf, fingerprintOf, readIssuer } from './endpoint-authority.ts'
import { endpointHandler } from './endpoint-handler.ts'
import { authoritySecretName, type LogicalEndpoint } from './logical-endpoint.ts'
import type { Loopback } from './loopback.ts'
import type { EndpointsOptions } from './start-endpoints.ts'

export interface OpenEndpoint {
  readonly uid: string
  readonly listener: Listener
  readonly status: Status
  /** Whether the object says so: what others write there afterwards is not fought. */
  told: boolean
}

type Surroundings = Required<EndpointsOptions> & { readonly loopback: Loopback }
type Status = NonNullable<LogicalEndpoint['status']>

/** `failed`: to be tried again. */
export async function reconcileEndpoint(
  name: string,
  open: Map<string, OpenEndpoint>,
  surroundings: Surroundings,
): Promise<'settled' | 'failed'> {
  const { loopback } = surroundings
  const endpoint = await loopback.endpoint(name)
  const known = open.get(name)
  const isWanted = endpoint?.spec.closed === false
  if (known !== undefined && (!isWanted || known.uid !== endpoint.metadata.uid)) await closeEndpoint(name, open)
  if (endpoint === undefined) return 'settled'
  if (!isWanted) {
    await settle(endpoint, { ...factsOf(endpoint), state: 'Closed', message: '', logTail: [] }, loopback)
    return 'settled'
  }
  const current = open.get(name)
  if (current !== undefined) {
    if (!current.told) current.told = await settle(endpoint, current.status, loopback)
    return 'settled'
  }

  const issuer = readIssuer(await loopback.secret(authoritySecretName(name)))
  if (issuer === undefined) {
    const message = `the Secret ${authoritySecretName(name)} does not hold its certificate authority`
    await settle(endpoint, { ...factsOf(endpoint), state: 'Failed', message, logTail: [message] }, loopback)
    return 'settled'
  }
  try {
    const listener = await listenFor(
      endpoint,
      await authorityOf(issuer, surroundings.names, surroundings.now),
      surroundings,
    )
    const port = Number(new URL(listener.url).port)
    const facts = { host: surroundings.externalHost, port, caFingerprint: fingerprintOf(issuer) }
    const status: Status = { ...facts, state: 'Open', message: '', logTail: [] }
    const opened = { uid: endpoint.metadata.uid ?? '', listener, status, told: false }
    open.set(name, opened)
    opened.told = await settle(endpoint, status, loopback)
    return 'settled'
  } catch (error) {
    await closeEndpoint(name, open)
    if (!(error instanceof KeelsonError)) throw error
    const { message } = error
    await settle(endpoint, { ...factsOf(endpoint), state: 'Opening', message, logTail: [message] }, loopback)
    return 'failed'
  }
}

export async function closeEndpoint(name: string, open: Map<string, OpenEndpoint>): Promise<void> {
  const known = open.get(name)
  open.delete(name)
  await known?.listener[Symbol.asyncDispose]()
}

/** Where it was, it shall be again. */
function factsOf({ status }: LogicalEndpoint): Pick<Status, 'host' | 'port' | 'caFingerprint'> {
  const { host, port, caFingerprint } = status ?? {}
  return {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(caFingerprint !== undefined && { caFingerprint }),
  }
}

/** Whether the object says so now. Where it has been changed meanwhile, it is looked at once more by that. */
async function settle(endpoint: LogicalEndpoint, status: Status, loopback: Loopback): Promise<boolean> {
  if (isDeepStrictEqual(endpoint.status, status)) return true
  try {
    await loopback.setStatus(endpoint, status)
    return true
  } catch (error) {
    if (!isStatus(error, 'NotFound') && !isStatus(error, 'Conflict')) throw error
    return false
  }
}

/** Below the ports that systems give to outgoing connections, so that it is free after a restart, too. */
const FIRST_PORT = 20_000
const PORTS = 10_000

/** Where it was before, else at a port of its name, else wherever there is room. */
async function listenFor(
  { metadata: { name = '' }, spec: { cluster }, status }: LogicalEndpoint,
  authority: Awaited<ReturnType<typeof authorityOf>>,
  { handler, authenticateToken, host, listen }: Surroundings,
): Promise<Listener> {
  const own = FIRST_PORT + (createHash('sha256').update(name).digest().readUInt32BE() % PORTS)
  const serve = endpointHandler({ handler, authenticateToken, cluster })
  for (const port of new Set([status?.port ?? own, own])) {
    try {
      return await listen(serve, { host, port, authority, clientCAs: [] })
    } catch (error) {
      if ((error as { cause?: NodeJS.ErrnoException }).cause?.code !== 'EADDRINUSE') throw error
    }
  }
  return listen(serve, { host, port: 0, authority, clientCAs: [] })
}
