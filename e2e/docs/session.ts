/** Plays the commands of a page as a reader would type them: in an empty folder, in one shell's environment, with one server. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundlePath } from '../bundle.ts'
import { type Daemon, startDaemon } from '../daemon.ts'
import { freePort } from '../free-port.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { toolPath } from '../tools/build.ts'

export interface Session extends AsyncDisposable {
  write(file: string, text: string): Promise<void>
  /** Where a file of the folder is. */
  path(file: string): string
  /** Resolves with all that is printed, both streams in one; a server's start resolves when it is ready. */
  type(command: string): Promise<string>
}

const root = join(import.meta.dirname, '../..')
const SERVER = /^(?:npm start|npx keelson (?:serve|up))\b/
/** The port that pages use; here it is a free one. */
const WRITTEN_PORT = '6443'
const READY_WITHIN = 120_000

export interface SessionOptions {
  /** An installed package; by default the sources as they are. */
  readonly installed?: string
  readonly environment?: Readonly<Record<string, string>>
}

export async function startSession(options: SessionOptions = {}): Promise<Session> {
  const source = options.installed ?? root
  await using cleanup = new AsyncDisposableStack()
  const folder = cleanup.use(await temporaryFolder())
  const here = join(folder.path, 'here')
  const programs = join(folder.path, 'bin')
  await mkdir(join(here, 'node_modules'), { recursive: true })
  await symlink(source, join(here, 'node_modules/keelson'))
  await cp(join(source, 'examples'), join(here, 'examples'), { recursive: true })
  const port = String(await freePort())
  await writePrograms(programs, port, options.installed)
  const env: NodeJS.ProcessEnv = {
    ...options.environment,
    PATH: [programs, dirname(process.execPath), options.environment?.PATH ?? process.env.PATH].join(':'),
    HOME: folder.path,
  }
  const servers: Daemon[] = []
  let started = 0
  cleanup.defer(async () => {
    for (const server of servers.toReversed()) await server.stop()
  })
  const disposal = cleanup.move()
  const asHere = (text: string) => text.replaceAll(WRITTEN_PORT, port)
  const asWritten = (text: string) =>
    text.replaceAll(port, WRITTEN_PORT).replaceAll(here, '.').replaceAll(folder.path, '~')

  /** One that cannot start has said why. */
  async function serve(command: string): Promise<string> {
    started += 1
    const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    const inHere = ['-C', here, ...settings, 'bash', '-c', `exec ${command}`]
    const server = startDaemon('env', inHere, join(folder.path, `server-${started}.log`))
    const deadline = performance.now() + READY_WITHIN
    while (!isReady(command, server.log())) {
      if (hasEnded(server)) return server.log()
      if (performance.now() > deadline) {
        await server.stop(0)
        throw new Error(`${command} neither became ready nor ended:\n${server.log()}`)
      }
      await sleep(20)
    }
    servers.push(server)
    return server.log()
  }

  async function stop(): Promise<void> {
    const code = await servers.pop()?.stop()
    if (code !== 0) throw new Error(`the server ended with ${code}`)
  }

  return {
    path: (file) => join(here, file),
    write: (file, content) => writeFile(join(here, file), asHere(content)),
    async type(command) {
      if (command === '^C') {
        await stop()
        return ''
      }
      const exported = /^export (\w+)=(\S+)$/.exec(command)
      if (exported !== null) {
        env[exported[1] ?? ''] = exported[2]
        return ''
      }
      if (SERVER.test(command)) return asWritten(await serve(asHere(command)))
      return asWritten(await run(asHere(command), here, env))
    },
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  }
}

function hasEnded(server: Daemon): boolean {
  try {
    server.assertRunning()
    return false
  } catch {
    return true
  }
}

function isReady(command: string, log: string): boolean {
  return /^(?:npm start|npx keelson up)\b/.test(command) ? log.includes('Ctrl-C ends it') : log.includes(' is ready: ')
}

async function run(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  // Of two pipes nobody could tell in which order things were printed.
  const child = spawn('bash', ['-c', `exec 2>&1\n${command}`], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [printed] = await Promise.all([text(child.stdout), once(child, 'close')])
  return printed
}

/** `npx keelson` and `npm start` without the seconds that npm takes, and the real kubectl. */
async function writePrograms(folder: string, port: string, installed?: string): Promise<void> {
  await mkdir(folder)
  const command = installed === undefined ? await bundlePath() : join(installed, 'bin/keelson.js')
  const keelson = `exec "${process.execPath}" "${command}"`
  // A server that is told no port would take the default one, which another page may be using.
  const listening = `case "$1 $*" in *--listen*) ;; serve*|up*) set -- "$@" --listen 127.0.0.1:${port} ;; esac;`
  const programs = {
    npx: `shift; ${listening} ${keelson} "$@"`,
    npm: `shift; [ "$1" = -- ] && shift; set -- ${await startArguments()} "$@"; ${listening} ${keelson} "$@"`,
    kubectl: `exec "${await toolPath('kubectl')}" "$@"`,
  }
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`)
    await chmod(join(folder, name), 0o755)
  }
}

/** What `npm start` runs, behind the name of the command. */
async function startArguments(): Promise<string> {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } }
  return scripts.start.slice(scripts.start.indexOf('bin/keelson.js ') + 'bin/keelson.js '.length)
}

export async function readPage(page: string): Promise<string> {
  return readFile(join(root, 'docs', page), 'utf8')
}

export async function writePage(page: string, text: string): Promise<void> {
  await writeFile(join(root, 'docs', page), text)
}
