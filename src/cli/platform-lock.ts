/** The lock of `--local`: one run at a time for each owner in a workspace, on this machine. */
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { KeelsonError } from '../machinery/index.ts'
import { type Desired, EXIT, fileLock, type Holder, markRun, wasKilled } from '../platform/index.ts'
import type { Environment } from './environment.ts'

interface FileLockOptions {
  readonly desired: Desired
  readonly self: Holder
  /** Milliseconds to wait for whoever has it. */
  readonly patience: number
  readonly environment: Environment
}

const RETRY = 250

export async function withFileLocks<T>(
  { desired, self, patience, environment }: FileLockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const end = performance.now() + patience
  for (let told = false; ; told = true) {
    const taken = take(desired, self, environment)
    if ('lock' in taken) {
      using _lock = taken.lock
      return await work()
    }
    if (performance.now() >= end) throw locked(taken.holder)
    if (!told) environment.stderr.write(`waiting for the lock, held by ${holderText(taken.holder)}\n`)
    await sleep(RETRY, undefined, { signal: environment.signal })
  }
}

/** Whoever has one of the locks; undefined when nobody does. */
export function fileLockHolder(desired: Desired, environment: Environment): Holder | undefined {
  const taken = take(desired, { holder: 'keelson unlock', since: new Date().toISOString() }, environment)
  if ('holder' in taken) return taken.holder
  taken.lock[Symbol.dispose]()
  return undefined
}

function take(
  { scope, providers }: Desired,
  self: Holder,
  { env }: Environment,
): { readonly lock: Disposable } | { readonly holder: Holder } {
  const folder = path.join(stateFolder(env), 'locks')
  const stack = new DisposableStack()
  for (const owner of new Set(providers.map(({ type, ownerTag }) => `${type} ${ownerTag}`))) {
    const lock = lockIn(folder, [scope, owner], self)
    if (!lock.ok) {
      stack.dispose()
      return { holder: lock.error }
    }
    stack.use(lock.value)
  }
  return { lock: stack }
}

function lockIn(folder: string, key: unknown, holder: Holder): ReturnType<typeof fileLock> {
  try {
    return fileLock(folder, key, holder)
  } catch (cause) {
    const remedy = 'name a folder that can be written by XDG_STATE_HOME'
    throw new KeelsonError(`no lock can be kept in ${folder}: ${(cause as Error).message}`, remedy, { cause })
  }
}

/** What is known of the runs of this machine, through a server, too; where nothing can be kept, nothing is. */
export function runMarks({ env }: Pick<Environment, 'env'>) {
  const folder = path.join(stateFolder(env), 'runs')
  return {
    mark(identity: string): Disposable | undefined {
      try {
        return markRun(folder, identity)
      } catch {
        return undefined
      }
    },
    wasKilled(identity: string): boolean {
      try {
        return wasKilled(folder, identity)
      } catch {
        return false
      }
    },
  }
}

function stateFolder(env: Environment['env']): string {
  return path.join(env.XDG_STATE_HOME ?? path.join(env.HOME ?? os.homedir(), '.local', 'state'), 'keelson')
}

export function locked(other: Holder): KeelsonError {
  const remedy =
    'wait until it has ended (15s, if its machine died) and run this again, give --lock-timeout, or see keelson unlock'
  return new KeelsonError(`the lock is held by ${holderText(other)}`, remedy, { exitCode: EXIT.locked })
}

export function holderText({ holder, since }: Holder): string {
  if (since === '') return holder
  return `${holder}, for ${Math.max(0, Math.round((Date.now() - Date.parse(since)) / 1000))}s`
}
