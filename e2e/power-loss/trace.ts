/** Runs a process under strace and returns, in order, what it did to the files of one directory, and what it said. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { basename, dirname } from 'node:path'
import { createInterface } from 'node:readline'

export type Event =
  | { readonly type: 'create' | 'unlink'; readonly file: string }
  | { readonly type: 'write'; readonly file: string; readonly data: Buffer; readonly offset: number }
  | { readonly type: 'truncate'; readonly file: string; readonly size: number }
  /** A sync that has returned, of what had been written when it was called: the events before `since`. */
  | { readonly type: 'sync'; readonly file: string; readonly since: number }
  /** The names in the directory. */
  | { readonly type: 'syncDirectory'; readonly since: number }
  | { readonly type: 'said'; readonly text: string }

/** Not worth a thing after a crash, and not trusted: the index of the write-ahead log, the lock, and whose it was. */
const VOLATILE = ['store.db-shm', 'lock', 'pid']

const CALLS = 'openat,pwrite64,write,ftruncate,fsync,fdatasync,unlink,unlinkat,rename,renameat2'

/** `arguments_` follow `strace`: options such as an injected fault, then the command. */
export async function runTraced(traceFile: string, arguments_: readonly string[]): Promise<number | null> {
  const strace = spawn('strace', ['-f', '--seccomp-bpf', '-y', '-xx', '-s', '70000', '-o', traceFile, ...arguments_], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const failed = once(strace, 'error').then(([error]) => {
    throw new Error('the power-loss tests need strace (on Debian: apt-get install strace)', { cause: error })
  })
  const [code] = await Promise.race([once(strace, 'exit'), failed])
  return code
}

export async function recordRun(traceFile: string, directory: string, command: readonly string[]): Promise<Event[]> {
  const code = await runTraced(traceFile, ['-e', `trace=${CALLS}`, ...command])
  if (code !== 0) throw new Error(`the traced process ended with ${code}`)
  return await parseTrace(traceFile, directory)
}

async function parseTrace(traceFile: string, directory: string): Promise<Event[]> {
  const events: Event[] = []
  /** Calls that another thread's interrupted in the record: their text so far, and when they began. */
  const begun = new Map<string, { text: string; since: number }>()
  for await (const line of createInterface({ input: createReadStream(traceFile) })) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    if (rest.endsWith('<unfinished ...>')) {
      begun.set(thread, { text: rest.slice(0, -'<unfinished ...>'.length), since: events.length })
      continue
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)
    const start = resumed === null ? undefined : begun.get(thread)
    const text = start === undefined ? rest : start.text + (resumed?.[1] ?? '')
    const event = parseCall(text, directory, start?.since ?? events.length)
    if (event !== undefined) events.push(event)
  }
  return events
}

function parseCall(text: string, directory: string, since: number): Event | undefined {
  const call = /^(\w+)\((.*)\) += (-?\d+)/.exec(text)
  if (call === null || call[3]?.startsWith('-')) return undefined
  const [, name = '', parameters = ''] = call
  const strings = [...parameters.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) => unhex(hex))
  const path = unhexText(/^\d+<([^>]*)>/.exec(parameters)?.[1] ?? '')
  const last = Number(parameters.split(', ').at(-1))
  switch (name) {
    case 'openat':
      return parameters.includes('O_CREAT')
        ? inDirectory(strings.at(-1), (file) => ({ type: 'create', file }))
        : undefined
    case 'unlink':
    case 'unlinkat':
      return inDirectory(strings.at(-1), (file) => ({ type: 'unlink', file }))
    case 'pwrite64':
      return inDirectory(path, (file) => ({ type: 'write', file, data: strings[0] as Buffer, offset: last }))
    case 'ftruncate':
      return inDirectory(path, (file) => ({ type: 'truncate', file, size: last }))
    case 'fsync':
    case 'fdatasync':
      if (path === directory) return { type: 'syncDirectory', since }
      return inDirectory(path, (file) => ({ type: 'sync', file, since }))
    case 'write':
      if (parameters.startsWith('1<')) return { type: 'said', text: String(strings[0]) }
  }
  return inDirectory(path, (file) => {
    throw new Error(`${name} of ${file}: this test does not know what a disk does with it`)
  })

  function inDirectory(path: Buffer | string | undefined, make: (file: string) => Event): Event | undefined {
    const file = basename(String(path))
    return dirname(String(path)) === directory && !VOLATILE.includes(file) ? make(file) : undefined
  }
}

function unhex(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex')
}

function unhexText(text: string): string {
  return text.startsWith('\\x') ? unhex(text).toString() : text
}
