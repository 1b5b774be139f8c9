/** What the probes of `keelson doctor` ask of a machine; tests give their own. */
import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'

export interface Ran {
  /** Undefined when the program could not be started, was ended by a signal, or took too long. */
  readonly code: number | undefined
  readonly out: string
  /** In a few words, when the exit code is not 0. */
  readonly failure: string
}

export interface Machine {
  readonly platform: NodeJS.Platform
  readonly arch: string
  readonly node: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Undefined when it cannot be read. */
  readonly read: (path: string) => Promise<string | undefined>
  /** The magic number of the file system that a path is on; undefined when there is none. */
  readonly fileSystem: (path: string) => Promise<number | undefined>
  /** Makes a folder of this name and removes it; resolves with why that failed, or ''. */
  readonly tryFolder: (path: string) => Promise<string>
  /** Opens for reading and writing; resolves with why that failed, or ''. */
  readonly tryOpen: (path: string) => Promise<string>
  /** Listens on loopback; resolves with why that failed, or ''. */
  readonly tryPort: (port: number) => Promise<string>
  readonly run: (command: string, args: readonly string[], options?: RunOptions) => Promise<Ran>
  readonly availableMemory: () => number
}

interface RunOptions {
  readonly input?: string | Buffer
  /** Milliseconds; default 5000. */
  readonly timeout?: number
}

const TIMEOUT = 5000

export function thisMachine(env: Machine['env']): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    node: process.version,
    env,
    read: (path) => fs.readFile(path, 'utf8').catch(() => undefined),
    fileSystem: (path) =>
      fs.statfs(path).then(
        ({ type }) => type,
        () => undefined,
      ),
    tryFolder: (path) => reasonOf(fs.mkdir(path).then(() => fs.rmdir(path))),
    tryOpen: (path) => reasonOf(fs.open(path, 'r+').then((file) => file.close())),
    tryPort: (port) => reasonOf(listenOnce(port)),
    run: (command, args, options) => run(command, args, options ?? {}, env),
    availableMemory: () => process.availableMemory?.() ?? os.freemem(),
  }
}

async function reasonOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt
    return ''
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

function listenOnce(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()))
  })
}

function run(
  command: string,
  args: readonly string[],
  { input = '', timeout = TIMEOUT }: RunOptions,
  env: Machine['env'],
): Promise<Ran> {
  return new Promise((resolve) => {
    // A program that hangs in the kernel does not die of a signal, so nobody waits for its end.
    const over = setTimeout(() => {
      child.kill('SIGKILL')
      settle(undefined, `no answer in ${timeout / 1000} s`)
    }, timeout)
    const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
    let [out, err] = ['', '']
    const settle = (code: number | undefined, failure: string) => {
      clearTimeout(over)
      child.unref()
      resolve({ code, out, failure })
    }
    child.stdout.on('data', (text) => {
      out += text
    })
    child.stderr.on('data', (text) => {
      err += text
    })
    // Who reads no input closes it.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    child.once('error', (error: NodeJS.ErrnoException) =>
      settle(undefined, error.code === 'ENOENT' ? `${command} is not installed` : error.message),
    )
    child.once('close', (code, signal) => {
      const said = err.trim().split('\n').at(-1) ?? ''
      settle(code ?? undefined, code === 0 ? '' : said || `${command} ended with ${signal ?? code}`)
    })
  })
}
