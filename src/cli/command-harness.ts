/** For tests of this room: runs command lines against a server of the test's own, and keeps what they say. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Client } from '../client/index.ts'
import type { Environment, Serve, StoreCommands } from './environment.ts'
import { runProgram } from './program.ts'

export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

interface RunOptions {
  readonly stdin?: string
  readonly signal?: AbortSignal
  readonly serve?: Serve
  readonly store?: Partial<StoreCommands>
  readonly env?: Readonly<Record<string, string>>
  /** Called with the whole of the standard output whenever there is more of it. */
  readonly onOut?: (out: string) => void
  /** Likewise of the standard error. */
  readonly onErr?: (err: string) => void
}

/** One command line, split at spaces unless it is given in pieces. */
export async function run(line: string | readonly string[], options: RunOptions = {}): Promise<Outcome> {
  let out = ''
  let err = ''
  const environment: Environment = {
    version: '1.2.3',
    stdout: {
      write(text) {
        out += text
        options.onOut?.(out)
      },
    },
    stderr: {
      write(text) {
        err += text
        options.onErr?.(err)
      },
    },
    stdin: (async function* () {
      yield options.stdin ?? ''
    })(),
    env: options.env ?? {},
    signal: options.signal ?? new AbortController().signal,
    serve: options.serve ?? (() => Promise.reject(new TypeError('this test serves nothing'))),
    // A test gives those that its command calls.
    store: (options.store ?? {}) as StoreCommands,
  }
  const code = await runProgram(typeof line === 'string' ? line.split(' ') : line, environment)
  return { code, out, err }
}

/** A server of `keelson/testing` that listens. */
interface ListeningServer extends AsyncDisposable {
  readonly url: string
  readonly client: Client
  readonly kubeconfig: () => string
}

export interface Harness extends AsyncDisposable {
  readonly server: ListeningServer
  readonly kubeconfig: string
  readonly folder: string
  /** As `run`, with the server's kubeconfig. */
  readonly run: typeof run
  /** Writes a file into the test's folder and gives its path. */
  readonly file: (name: string, text: string) => string
}

/** The server ends with the harness. */
export function harnessOf(server: ListeningServer): Harness {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'keelson-cli-'))
  const kubeconfig = path.join(folder, 'admin.kubeconfig')
  fs.writeFileSync(kubeconfig, server.kubeconfig())
  return {
    server,
    kubeconfig,
    folder,
    run: (line, options = {}) => run(line, { ...options, env: { KUBECONFIG: kubeconfig, ...options.env } }),
    file(name, text) {
      const target = path.join(folder, name)
      fs.mkdirSync(path.dirname(target), { recursive: true })
      fs.writeFileSync(target, text)
      return target
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      fs.rmSync(folder, { recursive: true })
    },
  }
}
