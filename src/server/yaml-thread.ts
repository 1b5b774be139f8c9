/**
 * YAML beside the event loop: what would hold everybody up for more than some milliseconds is read and printed by a thread,
 * one text after the other. The thread is started when there is something to do and ends when there has been nothing.
 */
import { Worker } from 'node:worker_threads'
import { internalError, type Json, parseYaml, printYaml, type Result } from '../machinery/index.ts'

export interface YamlTask {
  readonly type: 'parse' | 'print'
  /** YAML to be read, or JSON to be printed. */
  readonly text: string
}

export type YamlTaskResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly error: string }

/** At about a millisecond a kilobyte. */
const ON_THE_LOOP = 8 * 1024
const IDLE_MILLISECONDS = 10_000

/** Reads one document; see parseYaml. */
export async function readYamlText(text: string): Promise<Result<Json>> {
  if (text.length <= ON_THE_LOOP) return parseYaml(text)
  const result = await carryOut({ type: 'parse', text })
  return result.ok ? { ok: true, value: JSON.parse(result.text) as Json } : { ok: false, error: result.error }
}

/** @param json the text of an object. */
export async function yamlOfJson(json: string): Promise<string> {
  if (json.length <= ON_THE_LOOP) return printYaml(JSON.parse(json) as Json)
  const result = await carryOut({ type: 'print', text: json })
  if (!result.ok) throw internalError('the answer cannot be printed as YAML')
  return result.text
}

interface Thread {
  readonly worker: Worker
  /** Those who wait, in the order of their tasks. */
  readonly waiting: ((result: YamlTaskResult) => void)[]
  idle: NodeJS.Timeout | undefined
}

let thread: Thread | undefined

function carryOut(task: YamlTask): Promise<YamlTaskResult> {
  const { promise, resolve } = Promise.withResolvers<YamlTaskResult>()
  thread ??= startThread()
  clearTimeout(thread.idle)
  thread.waiting.push(resolve)
  thread.worker.ref()
  thread.worker.postMessage(task)
  return promise
}

function startThread(): Thread {
  // From source this folder's file; in the bundle, the one that lies beside it.
  const file = new URL(import.meta.url.endsWith('.ts') ? './yaml-worker.ts' : './yaml-worker.js', import.meta.url)
  const started: Thread = {
    worker: new Worker(file, { name: 'keelson-yaml', execArgv: [] }),
    waiting: [],
    idle: undefined,
  }
  const { worker, waiting } = started
  const end = (): void => {
    if (thread === started) thread = undefined
    clearTimeout(started.idle)
    void worker.terminate()
  }
  worker.on('message', (result: YamlTaskResult) => {
    waiting.shift()?.(result)
    if (waiting.length > 0) return
    worker.unref()
    started.idle = setTimeout(end, IDLE_MILLISECONDS).unref()
  })
  // Too much memory, or a fault of the library: what was asked for is refused, and the next task starts anew.
  worker.on('error', (error: Error) => {
    end()
    for (const wait of waiting.splice(0)) wait({ ok: false, error: error.message })
  })
  return started
}
