/**
 * Work beside the event loop: what would hold everybody up for more than some milliseconds is done by a thread, one task
 * after the other. The thread is started when there is something to do and ends when there has been nothing.
 */
import { Worker } from 'node:worker_threads'
import { type Status, StatusError, type StructuralSchema } from '../machinery/index.ts'
import type { Tasks } from './side-tasks.ts'

/** What goes to the thread. Objects go in pieces of JSON, which cost the loop less than a structured clone. */
export interface SideTask {
  readonly name: keyof Tasks
  readonly given: unknown
  /** Schemas that tasks refer to by number, and that the thread does not have yet. */
  readonly learn: readonly (readonly [number, StructuralSchema])[]
  /** All schemas that were learned before are forgotten. */
  readonly forget: boolean
}

export type SideResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string; readonly status?: Status }

const IDLE_MILLISECONDS = 10_000
const MOST_SCHEMAS = 64

interface Thread {
  readonly worker: Worker
  /** Those who wait, in the order of their tasks. */
  readonly waiting: ((result: SideResult) => void)[]
  readonly schemas: Set<number>
  idle: NodeJS.Timeout | undefined
}

let thread: Thread | undefined
const numbers = new WeakMap<StructuralSchema, number>()
let lastNumber = 0

/** By which the tasks that are given `schema` know it. */
export function schemaNumber(schema: StructuralSchema): number {
  let number = numbers.get(schema)
  if (number === undefined) {
    number = ++lastNumber
    numbers.set(schema, number)
  }
  return number
}

/**
 * Carries a task out; rejects with an Error when it cannot be, with the StatusError that it throws itself.
 *
 * @param schemas - those that the task refers to by number.
 */
export async function aside<Name extends keyof Tasks>(
  name: Name,
  given: Parameters<Tasks[Name]>[0],
  schemas: readonly StructuralSchema[] = [],
): Promise<ReturnType<Tasks[Name]>> {
  const { promise, resolve } = Promise.withResolvers<SideResult>()
  thread ??= startThread()
  const { worker, waiting, schemas: known, idle } = thread
  clearTimeout(idle)
  const forget = known.size + schemas.length > MOST_SCHEMAS
  if (forget) known.clear()
  const learn = schemas
    .map((schema) => [schemaNumber(schema), schema] as const)
    .filter(([number]) => !known.has(number))
  for (const [number] of learn) known.add(number)
  waiting.push(resolve)
  worker.ref()
  const task: SideTask = { name, given, learn, forget }
  worker.postMessage(task, bytesIn(given))
  const result = await promise
  if (!result.ok) throw result.status === undefined ? new Error(result.error) : new StatusError(result.status)
  return result.value as ReturnType<Tasks[Name]>
}

/** Bytes go from thread to thread without being copied: nobody else may have them. Pieces hold none. */
export function bytesIn(value: unknown): ArrayBuffer[] {
  if (value instanceof Uint8Array) return [value.buffer as ArrayBuffer]
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.values(value).flatMap(bytesIn)
}

function startThread(): Thread {
  // From source this folder's file; in the bundle, the one that lies beside it.
  const file = new URL(import.meta.url.endsWith('.ts') ? './side-worker.ts' : './side-worker.js', import.meta.url)
  const started: Thread = {
    worker: new Worker(file, { name: 'keelson-side', execArgv: [] }),
    waiting: [],
    schemas: new Set(),
    idle: undefined,
  }
  const { worker, waiting } = started
  const end = (): void => {
    if (thread === started) thread = undefined
    clearTimeout(started.idle)
    void worker.terminate()
  }
  worker.on('message', (result: SideResult) => {
    waiting.shift()?.(result)
    if (waiting.length > 0) return
    worker.unref()
    started.idle = setTimeout(end, IDLE_MILLISECONDS).unref()
  })
  // Too much memory, or a fault of a library: what was asked for is refused, and the next task starts anew.
  worker.on('error', (error: Error) => {
    end()
    for (const wait of waiting.splice(0)) wait({ ok: false, error: error.message })
  })
  return started
}
