/**
 * What a command about control centers and platforms works with: its manifests, held to their schemas and to each other, and a
 * way to read the world and to change it: through a server, or with `--local` in this process.
 */
import { randomUUID } from 'node:crypto'
import os from 'node:os'
import { localClusterTypes } from '../clusters/index.ts'
import { KeelsonError, type KubeObject } from '../machinery/index.ts'
import {
  type CarryOut,
  carryOutThere,
  type Desired,
  type Holder,
  isPlatformObject,
  makePlan,
  opening,
  type Plan,
  type Problem,
  providerTypes,
  pruneObjects,
  type RunCommand,
  readDesired,
  reviewWorld,
  type Scope,
  withLeaseLock,
  writeObject,
} from '../platform/index.ts'
import { type Connection, type ConnectionOptions, connect } from './connection.ts'
import type { Environment } from './environment.ts'
import { readManifests } from './manifest-files.ts'
import type { Manifest } from './manifest-text.ts'
import { holderText, locked, runMarks, withFileLocks } from './platform-lock.ts'
import { printable } from './table.ts'

const LOCAL_TYPES = { ...providerTypes, ...localClusterTypes }

export interface PlatformFlags extends ConnectionOptions {
  readonly filename?: readonly string[]
  readonly recursive?: boolean
  readonly local?: boolean
  readonly lockTimeout?: number
}

export interface PlatformSession {
  readonly desired: Desired
  /** Objects of other kinds in the manifests; there is none without a server. */
  readonly others: readonly Manifest[]
  /** The server that does the work; absent: this process. */
  readonly connection?: Connection
  readonly carryOut?: CarryOut
  /** Puts the ClusterProviders of the manifests where clusters are made. */
  readonly writeProviders: () => Promise<void>
  /** After a plan with --prune: the addresses of objects without cluster that went with it. */
  readonly pruneObjects: (plan: Plan) => Promise<readonly string[]>
  readonly plan: (command: RunCommand, run: string) => Promise<Plan>
  /** Aborts with the command, and when the lock is lost. */
  readonly signal: AbortSignal
}

export interface SessionOptions {
  readonly flags: PlatformFlags
  /** Absent: ask about whatever the workspace has. */
  readonly manifests?: readonly Manifest[]
  /** What the lock says that is done; absent: nothing is changed, no lock is taken. */
  readonly verb?: string
}

/** The manifests of -f; absent where there is none and the server knows. */
export async function platformManifests(
  { filename = [], recursive = false, local }: PlatformFlags,
  environment: Environment,
): Promise<readonly Manifest[] | undefined> {
  if (filename.length > 0) return readManifests(filename, { recursive }, environment)
  if (local === true)
    throw new KeelsonError('must specify -f', 'without a server, manifests say where to look', { exitCode: 64 })
  return undefined
}

/** Nothing is changed where there is a mistake in the manifests. */
export async function withPlatform<T>(
  options: SessionOptions,
  environment: Environment,
  work: (session: PlatformSession) => Promise<T>,
): Promise<T> {
  return options.flags.local === true ? here(options, environment, work) : there(options, environment, work)
}

async function here<T>(
  { flags, manifests = [], verb }: SessionOptions,
  environment: Environment,
  work: (session: PlatformSession) => Promise<T>,
): Promise<T> {
  refuseOthers(manifests)
  const { signal } = environment
  const scope = localScope(flags)
  const read = readDesired(manifests, { scope, open: opening(LOCAL_TYPES, scope), withoutServer: true })
  if (!read.ok) throw mistakes(read.error)
  const desired = read.value
  const session = {
    desired,
    others: [],
    signal,
    plan: planning(desired, signal),
    writeProviders: async () => undefined,
    pruneObjects: async () => [],
  }
  if (verb === undefined) return work(session)
  return withFileLocks({ desired, self: self(verb), patience: flags.lockTimeout ?? 0, environment }, () =>
    work(session),
  )
}

async function there<T>(
  { flags, manifests, verb }: SessionOptions,
  environment: Environment,
  work: (session: PlatformSession) => Promise<T>,
): Promise<T> {
  using connection = connect(flags, environment)
  const within = async (signal: AbortSignal) => work(await remoteSession(connection, manifests, signal))
  // Not before it has ended is the connection closed.
  if (verb === undefined) return await within(environment.signal)
  const identity = `${self(verb).holder} (${randomUUID().slice(0, 8)})`
  const { mark, wasKilled } = runMarks(environment)
  using _mark = mark(identity)
  const lock = await withLeaseLock(
    {
      client: connection.client,
      identity,
      patience: flags.lockTimeout ?? 0,
      signal: environment.signal,
      wasKilled,
      waitsFor: (other) => environment.stderr.write(`waiting for the lock, held by ${holderText(other)}\n`),
      takenFrom: (other) => environment.stderr.write(`the lock is taken from ${holderText(other)}, which was killed\n`),
    },
    (led) => within(AbortSignal.any([environment.signal, led])),
  )
  if (!lock.ok) throw locked(lock.holder)
  return lock.value
}

async function remoteSession(
  connection: Connection,
  manifests: readonly Manifest[] | undefined,
  signal: AbortSignal,
): Promise<PlatformSession> {
  const { client } = connection
  const all = manifests ?? []
  const ours = all.filter(({ object }) => isPlatformObject(object))
  const others = all.filter(({ object }) => !isPlatformObject(object))
  const world =
    manifests !== undefined && ours.length === 0
      ? NO_WORLD
      : await reviewWorld(client, manifests === undefined ? [] : questionsOf(ours), signal)
  const stored = world.stored.map((object) => ({ object, file: '', lineOf: () => 0 }))
  const { scope, open, objects } = world
  const read = readDesired([...ours, ...stored], {
    scope,
    open,
    known: objects.map(({ address }) => address),
    beside: others.map(({ object }) => object),
  })
  if (!read.ok) throw mistakes(read.error)
  const desired = read.value
  const byAddress = new Map(ours.map(({ object }) => [addressOf(object), object]))
  return {
    desired,
    others,
    connection,
    carryOut: carryOutThere({ client, manifestOf: (address) => byAddress.get(address) }),
    async writeProviders() {
      for (const { object } of ours.filter((each) => each.object.kind === 'ClusterProvider')) {
        await writeObject(client, object, { signal })
      }
    },
    pruneObjects(plan) {
      // What other providers have was not asked for.
      const asked = objects.filter(({ provider }) => desired.providers.some(({ name }) => name === provider))
      return pruneObjects(client, asked, plan, signal)
    },
    plan: planning(desired, signal),
    signal,
  }
}

/** Who asks about objects of other kinds alone needs no right to ask about clusters. */
const NO_WORLD: Awaited<ReturnType<typeof reviewWorld>> = {
  scope: { org: '', workspace: '' },
  objects: [],
  stored: [],
  open: () => ({ ok: false, error: [] }),
}

function addressOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name ?? ''}`
}

/** The ClusterProviders of the manifests as they say, and those that are only named. */
function questionsOf(manifests: readonly Manifest[]): { name: string; spec?: unknown }[] {
  const objects = manifests.map(({ object }) => object)
  const given = objects
    .filter(({ kind }) => kind === 'ClusterProvider')
    .map(({ metadata, spec = {} }) => ({ name: metadata.name ?? '', spec }))
  const named = objects.flatMap(({ spec }) => {
    const { name } = (spec as { providerRef?: { name?: unknown } } | undefined)?.providerRef ?? {}
    return typeof name === 'string' && name !== '' ? [name] : []
  })
  const missing = new Set(named.filter((name) => !given.some((each) => each.name === name)))
  return [...given, ...[...missing].map((name) => ({ name }))]
}

function planning(desired: Desired, signal: AbortSignal): PlatformSession['plan'] {
  return async (command, run) => {
    const result = await makePlan(desired, { run, command, signal })
    if (!result.ok) throw mistakes(result.problems)
    return result.plan
  }
}

/** They go into a server; half a directory is applied by nobody. */
function refuseOthers(manifests: readonly Manifest[]): void {
  const [first] = manifests.filter(({ object }) => !isPlatformObject(object))
  if (first === undefined) return
  const { object, file, lineOf } = first
  throw new KeelsonError(
    `${file}:${lineOf('kind')}: ${object.kind}/${object.metadata.name ?? ''} of ${object.apiVersion} needs a server`,
    'apply it to one without --local, or keep it in another directory; nothing was changed',
  )
}

/** The workspace is part of the identity of all that is made: the same one with a server and without. */
function localScope({ workspace = 'root' }: PlatformFlags): Scope {
  const name = workspace.replace(/^:/, '')
  if (!/^root(:[a-z0-9][a-z0-9-]*)*$/.test(name)) {
    throw new KeelsonError(
      `--workspace "${workspace}" is no path from the root`,
      'for example :root:acme:platform-team',
    )
  }
  return { org: name.split(':')[1] ?? 'root', workspace: name }
}

function mistakes(problems: readonly Problem[]): KeelsonError {
  const lines = problems.map(
    ({ file, line, field, message, remedy }) =>
      `${file === '' ? 'in the workspace' : `${file}:${line}`}: ${field}: ${printable(message)}\n  ${remedy}\n`,
  )
  const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`
  return new KeelsonError(`${count} in the manifests; nothing was changed\n${lines.join('')}`, '')
}

export function newRun(): string {
  return randomUUID()
}

function self(verb: string): Holder {
  return { holder: `keelson ${verb} on ${os.hostname()}, process ${process.pid}`, since: new Date().toISOString() }
}
