/** The kind command, which makes clusters. */
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { operationFailed } from '../provider-error.ts'

export interface KindRun {
  readonly name: string
  /** kind.x-k8s.io/v1alpha4, as JSON. */
  readonly config: string
  readonly signal: AbortSignal
  /** Each line that it writes. */
  readonly onLine: (line: string) => void
}

export interface Kind {
  /**
   * Makes a cluster, and leaves what it has made where it fails: its log is to be read, and nobody else's nodes are to be
   * removed by their name. Rejects with a KindFailure.
   */
  readonly create: (run: KindRun) => Promise<void>
}

/** kind has ended with an error; `lines` are the last that it wrote. */
export class KindFailure extends Error {
  override readonly name = 'KindFailure'
  readonly lines: readonly string[]

  constructor(message: string, lines: readonly string[]) {
    super(message)
    this.lines = lines
  }
}

export interface KindCommand {
  /** A name in PATH, or a path. */
  readonly command: string
  /** Given to it beside DOCKER_HOST. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly dockerHost: string
}

const LINES = 40
/** Characters. */
const LINE = 500
const FOLDERS = 'keelson-kind-'
/** Milliseconds. */
const FORGOTTEN = 60 * 60_000
/** kind's own words may hold the token that nodes join with. */
const TOKEN = /\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g

export function kindCommand({ command, env, dockerHost }: KindCommand): Kind {
  return {
    async create({ name, config, signal, onLine }) {
      signal.throwIfAborted()
      // kind writes a kubeconfig in any case: not into the user's.
      await removeForgotten()
      const folder = await mkdtemp(join(tmpdir(), FOLDERS))
      try {
        const lines: string[] = []
        const flags = ['--name', name, '--config', '-', '--kubeconfig', join(folder, 'kubeconfig'), '--retain']
        const child = spawn(command, ['create', 'cluster', ...flags], {
          env: { ...env, DOCKER_HOST: dockerHost },
          stdio: ['pipe', 'pipe', 'pipe'],
          signal,
          killSignal: 'SIGKILL',
        })
        const failure = new Promise<NodeJS.ErrnoException>((resolve) => child.once('error', resolve))
        const ended = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve) =>
          child.once('close', (code, killedBy) => resolve([code, killedBy])),
        )
        // It may end before it has read all.
        child.stdin.on('error', () => undefined)
        child.stdin.end(config)
        for (const stream of [child.stdout, child.stderr]) {
          createInterface(stream).on('line', (raw) => {
            const line = shortened(raw.replaceAll(TOKEN, '[redacted]'))
            if (line.trim() === '') return
            lines.push(line)
            if (lines.length > LINES) lines.shift()
            onLine(line)
          })
        }
        const end = await Promise.race([failure, ended])
        if (end instanceof Error) {
          // Whoever is killed has ended only when its streams have.
          if (child.pid !== undefined) await ended
          signal.throwIfAborted()
          const remedy = 'install it (https://kind.sigs.k8s.io) or name it in KEELSON_KIND'
          throw operationFailed(
            end.code === 'ENOENT' ? `the command ${command} is not there; ${remedy}` : `${command}: ${end.message}`,
          )
        }
        signal.throwIfAborted()
        const [code, killedBy] = end
        if (code !== 0) throw new KindFailure(`kind has ended with ${killedBy ?? code}`, lines)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

/** A process that was killed leaves its folder, and a credential in it may outlive that: a build takes no hour. */
async function removeForgotten(): Promise<void> {
  const mine = (await readdir(tmpdir())).filter((name) => name.startsWith(FOLDERS)).map((name) => join(tmpdir(), name))
  for (const folder of mine) {
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (Date.now() - mtimeMs > FORGOTTEN) await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** A command that failed is told whole, and behind it how it ended: both ends say the most. */
function shortened(line: string): string {
  return line.length <= LINE ? line : `${line.slice(0, LINE / 2)} … ${line.slice(-LINE / 2)}`
}

/** ` • Starting control-plane 🕹️  ...` begins a step; everything else is no step. */
export function stepIn(line: string): string | undefined {
  const [, step] = /^\s*•\s+(.+?)\s*(?:\.\.\.)?\s*$/u.exec(line) ?? []
  return step?.replaceAll(/[^\x20-\x7e]/g, '').trim()
}
