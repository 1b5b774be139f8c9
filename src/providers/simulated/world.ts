/**
 * The pretended world: a folder that belongs to no process. Every file in it is either as it was before a change or as it is
 * after it, whenever a process dies; changes of several processes come one after another.
 */
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeDirectories, type Result } from '../../machinery/index.ts'
import { providerUnreachable } from '../provider-error.ts'
import { type Control, parseControl } from './control.ts'
import { type ClusterRecord, parseRecord, TYPE } from './record.ts'

/** A change takes about a millisecond; whoever waits this long for the others waits for something that hangs. */
const LOCK_TIMEOUT_MS = 5000

/** Every method throws a ProviderError `unreachable` when the folder cannot be read or what is in it makes no sense. */
export interface World {
  read(externalName: string): ClusterRecord | undefined
  readAll(): [externalName: string, record: ClusterRecord][]
  /**
   * Reads a cluster and puts what `change` makes of it in its place, as one step. `change` gets undefined where there is
   * none, and returns undefined to remove it. What it throws leaves everything as it was. Returns what is there now.
   */
  change(
    externalName: string,
    change: (record: ClusterRecord | undefined) => ClusterRecord | undefined,
  ): ClusterRecord | undefined
  control(): Control
  fileOf(externalName: string): string
}

/** Makes the folder if there is none. `now` in milliseconds since the epoch. */
export function openWorld(folder: string, now: () => number): World {
  const root = resolve(folder)
  const clusters = join(root, 'clusters')
  const fileOf = (externalName: string) => join(clusters, `${externalName}.json`)
  answering(() => makeDirectories(clusters))

  function load(externalName: string): ClusterRecord | undefined {
    const content = readIfThere(fileOf(externalName))
    // A folder that is gone (an unmounted disk) is no world without clusters.
    if (content === undefined) return void statSync(clusters)
    return parsed(fileOf(externalName), parseRecord(content))
  }

  const isGone = ({ state, goneAt }: ClusterRecord) =>
    state === 'deleting' && goneAt !== undefined && Date.parse(goneAt) <= now()

  const world: World = {
    read: (externalName) =>
      answering(() => {
        const record = load(externalName)
        return record !== undefined && isGone(record) ? world.change(externalName, (current) => current) : record
      }),
    readAll: () =>
      answering(() => {
        const files = readdirSync(clusters).filter((file) => file.endsWith('.json'))
        const names = files.map((file) => file.slice(0, -'.json'.length)).sort()
        return names.flatMap((name) => {
          const record = world.read(name)
          return record === undefined ? [] : [[name, record] as [string, ClusterRecord]]
        })
      }),
    change: (externalName, change) =>
      answering(() => {
        using _lock = lock(join(root, 'lock'))
        const record = load(externalName)
        const next = change(record !== undefined && isGone(record) ? undefined : record)
        if (next === undefined) rmSync(fileOf(externalName), { force: true })
        else if (next !== record) write(fileOf(externalName), next)
        return next
      }),
    control: () =>
      answering(() => {
        const file = join(root, 'control.json')
        return parsed(file, parseControl(readIfThere(file) ?? '{}'))
      }),
    fileOf,
  }
  return world
}

/** The lock is the operating system's, by way of SQLite: it ends with its process, however that dies. */
function lock(file: string): Disposable {
  const database = new DatabaseSync(file, { timeout: LOCK_TIMEOUT_MS })
  try {
    database.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    throw error
  }
  return { [Symbol.dispose]: () => database.close() }
}

/** One name for the new content is enough, as only the holder of the lock writes; a leftover is overwritten. */
function write(file: string, record: ClusterRecord): void {
  const fresh = join(file, '..', 'being-written')
  writeFileSync(fresh, `${JSON.stringify(record, undefined, 2)}\n`)
  renameSync(fresh, file)
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined
    throw error
  }
}

function parsed<T>(file: string, result: Result<T>): T {
  if (result.ok) return result.value
  throw providerUnreachable(TYPE, `${file}: ${result.error}`)
}

function answering<T>(body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (isSystemError(error)) throw providerUnreachable(TYPE, error.message, error)
    throw error
  }
}

/** Of the file system or of SQLite: both say so by a code. */
function isSystemError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}
