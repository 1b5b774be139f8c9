/** What plan, apply, drift, destroy, state and kubeconfig have in common: their manifests, their workspace, their lock. */
import { randomUUID } from 'node:crypto'
import os from 'node:os'
import path from 'node:path'
import type { Command } from 'commander'
import { KeelsonError } from '../machinery/index.ts'
import {
  type Desired,
  EXIT,
  fileLock,
  type Holder,
  isPlatformObject,
  makePlan,
  opening,
  type Plan,
  type Problem,
  providerTypes,
  type RunCommand,
  readDesired,
  type Scope,
} from '../platform/index.ts'
import type { Environment } from './environment.ts'
import { readManifests } from './manifest-files.ts'
import type { Manifest } from './manifest-text.ts'
import { each } from './repeated.ts'
import { printable } from './table.ts'
import { usageError } from './usage-error.ts'

export interface PlatformFlags {
  readonly filename?: readonly string[]
  readonly recursive?: boolean
  readonly local?: boolean
  readonly workspace?: string
}

export function addPlatformOptions(command: Command): Command {
  return command
    .option('-f, --filename <file>', 'a file or directory with manifests; may be repeated', each)
    .option('-R, --recursive', 'go into the directories of -f')
    .option('--local', 'without a server: this process asks the cluster providers itself')
}

/** The manifests of -f, held to their schemas and to each other. Nothing is changed where there is a mistake. */
export async function readPlatform(flags: PlatformFlags, command: Command, environment: Environment): Promise<Desired> {
  const { filename = [], recursive = false } = flags
  if (filename.length === 0) throw usageError(command, 'must specify -f')
  const manifests = await readManifests(filename, { recursive }, environment)
  return desiredOf(manifests, flags)
}

export function desiredOf(manifests: readonly Manifest[], flags: PlatformFlags): Desired {
  refuseOthers(manifests)
  if (flags.local !== true) {
    throw new KeelsonError('plans are made by this process, not by a server', 'add --local; nothing was changed')
  }
  const read = readDesired(manifests, { scope: scopeOf(flags), open: opening(providerTypes) })
  if (!read.ok) throw mistakes(read.error)
  return read.value
}

/** They go into a server; half a directory is applied by nobody. */
function refuseOthers(manifests: readonly Manifest[]): void {
  const [first] = manifests.filter(({ object }) => !isPlatformObject(object))
  if (first === undefined) return
  const { object, file, lineOf } = first
  throw new KeelsonError(
    `${file}:${lineOf('kind')}: ${object.kind}/${object.metadata.name ?? ''} of ${object.apiVersion} needs a server`,
    'keep it in another directory than platform.keelson.dev objects, and apply that without --local; nothing was changed',
  )
}

/** The workspace is part of the identity of all that is made: the same one with a server and without. */
function scopeOf({ workspace = 'root' }: PlatformFlags): Scope {
  const name = workspace.replace(/^:/, '')
  if (!/^root(:[a-z0-9][a-z0-9-]*)*$/.test(name)) {
    throw new KeelsonError(
      `--workspace "${workspace}" is no path from the root`,
      'for example :root:acme:platform-team',
    )
  }
  return { org: name.split(':')[1] ?? 'root', workspace: name }
}

export function mistakes(problems: readonly Problem[]): KeelsonError {
  const lines = problems.map(
    ({ file, line, field, message, remedy }) => `${file}:${line}: ${field}: ${printable(message)}\n  ${remedy}\n`,
  )
  const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`
  return new KeelsonError(`${count} in the manifests; nothing was changed\n${lines.join('')}`, '')
}

export function newRun(): string {
  return randomUUID()
}

export async function planOf(
  desired: Desired,
  { command, run, signal }: { readonly command: RunCommand; readonly run: string; readonly signal: AbortSignal },
): Promise<Plan> {
  const result = await makePlan(desired, { run, command, signal })
  if (!result.ok) throw mistakes(result.problems)
  return result.plan
}

/** One run at a time for each owner in a workspace. Dispose of it when the command ends. */
export function lockFor(verb: string, { scope, providers }: Desired, { env }: Environment): Disposable {
  const folder = path.join(
    env.XDG_STATE_HOME ?? path.join(env.HOME ?? os.homedir(), '.local', 'state'),
    'keelson',
    'locks',
  )
  const holder = `keelson ${verb} on ${os.hostname()}, process ${process.pid}`
  const since = new Date().toISOString()
  const stack = new DisposableStack()
  for (const owner of new Set(providers.map(({ type, ownerTag }) => `${type} ${ownerTag}`))) {
    const lock = lockIn(folder, [scope, owner], { holder, since })
    if (lock.ok) stack.use(lock.value)
    else {
      stack.dispose()
      const { holder: other, since: begun } = lock.error
      const age = begun === '' ? '' : `, for ${Math.max(0, Math.round((Date.now() - Date.parse(begun)) / 1000))}s`
      throw new KeelsonError(`the lock is held by ${other}${age}`, 'wait until it has ended, and run this again', {
        exitCode: EXIT.locked,
      })
    }
  }
  return stack
}

function lockIn(folder: string, key: unknown, holder: Holder): ReturnType<typeof fileLock> {
  try {
    return fileLock(folder, key, holder)
  } catch (cause) {
    const remedy = 'name a folder that can be written by XDG_STATE_HOME'
    throw new KeelsonError(`no lock can be kept in ${folder}: ${(cause as Error).message}`, remedy, { cause })
  }
}
