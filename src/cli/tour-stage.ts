/** Where `keelson tour` plays: a folder of its own, a server in it, and a shell in which `keelson` is this very command. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { styleText } from 'node:util'
import { KeelsonError } from '../machinery/index.ts'
import type { Environment } from './environment.ts'

export interface Stage extends AsyncDisposable {
  readonly folder: string
  readonly title: (text: string) => Promise<void>
  readonly say: (text: string) => Promise<void>
  /** Writes a file and shows it. */
  readonly write: (file: string, text: string) => Promise<void>
  /** Runs a line of shell; anything but the expected exit code ends the tour. `until`: when this is printed, the process and
   *  the server get SIGKILL. */
  readonly run: (line: string, options?: { readonly exits?: number; readonly killAt?: string }) => Promise<void>
  /** Starts the server and shows what it prints until it is ready. */
  readonly serve: (line: string) => Promise<void>
}

const READY = 'Ctrl-C ends it'
/** For a start and for a command. */
const TIMEOUT = 60_000
/** Milliseconds on a terminal: to read a paragraph, and the output of a command. */
const PAUSE = { text: 2500, output: 2000 }

export async function openStage({ stdout, env, signal }: Environment): Promise<Stage> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'keelson-tour-'))
  const terminal = stdout.isTTY === true
  const shell = {
    ...env,
    PATH: `${writeCommand(folder)}${path.delimiter}${env.PATH ?? ''}`,
    XDG_STATE_HOME: path.join(folder, 'state'),
  }
  // What the reader has set elsewhere is none of the tour's business.
  delete (shell as Record<string, string | undefined>).KUBECONFIG
  fs.symlinkSync(examplesFolder(), path.join(folder, 'examples'))
  let server: ChildProcess | undefined

  const pause = (ms: number) => (terminal ? sleep(ms, undefined, { signal }) : undefined)
  const styled = (style: 'bold' | 'cyan' | 'dim', text: string) =>
    terminal ? styleText(style, text, { validateStream: false }) : text
  const start = (line: string): ChildProcess => {
    stdout.write(`${styled('cyan', `$ ${line}`)}\n`)
    // A group of its own: what a command has started ends with it.
    return spawn('sh', ['-c', `exec 2>&1; ${line}`], {
      cwd: folder,
      env: shell,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  }

  return {
    folder,
    async title(text) {
      signal.throwIfAborted()
      stdout.write(`${styled('bold', `== ${text}`)}\n\n`)
    },
    async say(text) {
      signal.throwIfAborted()
      stdout.write(`${text}\n\n`)
      await pause(PAUSE.text)
    },
    async write(file, text) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
      fs.writeFileSync(path.join(folder, file), text)
      stdout.write(`${styled('cyan', `$ cat ${file}`)}\n${styled('dim', text)}\n`)
      await pause(PAUSE.output)
    },
    async run(line, { exits = 0, killAt } = {}) {
      const child = start(line)
      let printed = ''
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        const before = printed
        printed += text
        const end = killAt === undefined ? -1 : printed.indexOf(killAt)
        // Nothing that comes after the kill is shown: it never was.
        if (end === -1) stdout.write(text)
        else if (before.indexOf(killAt ?? '') === -1) {
          stdout.write(printed.slice(before.length, printed.indexOf('\n', end) + 1 || undefined))
          killGroup(child)
          killGroup(server)
        }
      })
      const over = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)])
      const ended = once(child, 'close', { signal: over }) as Promise<[number | null]>
      const [code] = await ended.catch((error: unknown) => {
        killGroup(child)
        throw error
      })
      if (killAt !== undefined) {
        if (code === null) stdout.write(`${styled('bold', '(kill -9 of this command and of the server)')}\n`)
        else throw new KeelsonError(`the tour expected to be in time to kill: ${line}`, 'run it again')
      } else if (code !== exits) {
        throw new KeelsonError(
          `the tour expected exit code ${exits}, and this was ${code}: ${line}`,
          'see above for why',
        )
      } else if (code !== 0) stdout.write(`${styled('bold', `(exit code ${code})`)}\n`)
      stdout.write('\n')
      await pause(PAUSE.output)
    },
    async serve(line) {
      server = start(line)
      let printed = ''
      const ready = Promise.withResolvers<void>()
      server.stdout?.setEncoding('utf8').on('data', (text: string) => {
        const isReady = printed.includes(READY)
        printed += text
        // What it says later would stand between other commands' lines.
        if (!isReady) stdout.write(text)
        if (printed.includes(READY)) ready.resolve()
      })
      server.once('close', () =>
        ready.reject(new KeelsonError(`the server of the tour has ended: ${line}`, 'see above for why')),
      )
      const over = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)])
      over.addEventListener('abort', () => ready.reject(over.reason), { once: true })
      await ready.promise
      stdout.write('\n')
      await pause(PAUSE.output)
    },
    async [Symbol.asyncDispose]() {
      if (server !== undefined && server.exitCode === null && server.signalCode === null) {
        const gone = once(server, 'close')
        process.kill(-(server.pid ?? 0), 'SIGTERM')
        await Promise.race([gone, sleep(5000, undefined, { ref: false })])
        killGroup(server)
      }
      fs.rmSync(folder, { recursive: true, force: true })
    },
  }
}

function killGroup(child: ChildProcess | undefined): void {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

/** A folder for PATH in which `keelson` is what runs now. */
function writeCommand(folder: string): string {
  const programs = path.join(folder, 'bin')
  fs.mkdirSync(programs)
  const quoted = [process.execPath, process.argv[1] ?? ''].map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
  fs.writeFileSync(path.join(programs, 'keelson'), `#!/bin/sh\nexec ${quoted.join(' ')} "$@"\n`, { mode: 0o755 })
  return programs
}

/** Of this package: above the bundle as above the sources. */
function examplesFolder(): string {
  for (const up of ['..', '../..']) {
    const found = path.join(import.meta.dirname, up, 'examples')
    if (fs.existsSync(path.join(found, 'acme'))) return found
  }
  throw new KeelsonError('the examples of this package are missing', 'install it again')
}
