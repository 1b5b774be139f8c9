/** A program of the user's beside the server: started with a kubeconfig, started again when it fails, ended with the server. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from './environment.ts'

export interface RunOptions {
  readonly name: string
  readonly program: string
  readonly kubeconfig: string
  readonly environment: Pick<Environment, 'stdout' | 'stderr' | 'env'>
  /** Ends it. */
  readonly signal: AbortSignal
}

/** Milliseconds. */
const BACKOFF = { first: 1000, most: 30_000 }
/** Who ran so long has not failed at its start: the back-off begins anew. */
const HEALTHY_AFTER = 30_000
const PATIENCE = 1500

/** Resolves when the signal has ended it, or when it has ended by itself with exit code 0. */
export async function runBeside({ name, program, kubeconfig, environment, signal }: RunOptions): Promise<void> {
  const { stdout, stderr } = environment
  let pause = BACKOFF.first
  while (!signal.aborted) {
    const begun = performance.now()
    const outcome = await once()
    if (signal.aborted) return
    if (outcome === '0') {
      say(stdout, `${name} has ended`)
      return
    }
    if (performance.now() - begun > HEALTHY_AFTER) pause = BACKOFF.first
    say(stderr, `${name} has ended (${outcome}), and is started again in ${pause / 1000} s`)
    await sleep(pause, undefined, { signal }).catch(() => undefined)
    pause = Math.min(pause * 2, BACKOFF.most)
  }

  /** Its exit code, signal, or why it cannot be started. */
  function once(): Promise<string> {
    const [command, args] = commandOf(program)
    const child = spawn(command, args, {
      env: { ...environment.env, KUBECONFIG: kubeconfig },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    relay(child.stdout, stdout)
    relay(child.stderr, stderr)
    let patience: NodeJS.Timeout | undefined
    const end = () => {
      child.kill('SIGTERM')
      patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE)
    }
    signal.addEventListener('abort', end, { once: true })
    return new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('close', (code, by) => resolve(by === null ? String(code) : by))
    }).finally(() => {
      clearTimeout(patience)
      signal.removeEventListener('abort', end)
    })
  }

  /** Line by line, so that the lines of several programs stay whole. */
  function relay(from: NodeJS.ReadableStream, to: Environment['stdout']): void {
    let rest = ''
    from.setEncoding('utf8')
    from.on('data', (text: string) => {
      const lines = `${rest}${text}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) say(to, `${name}: ${line}`)
    })
    from.on('end', () => {
      if (rest !== '') say(to, `${name}: ${rest}`)
    })
  }
}

/** A line of its own, also where a line of progress stands on a terminal. */
function say(output: Environment['stdout'], line: string): void {
  output.write(`${output.isTTY === true ? '\r\x1b[K' : ''}${line}\n`)
}

/** Where a server is killed its end of the standard input closes, and a script on this Node ends as by SIGTERM. */
const ENDS_WITH_SERVER = `data:text/javascript,${encodeURIComponent(
  "process.stdin.once('end', () => process.kill(process.pid, 'SIGTERM')).resume().unref()",
)}`

/** JavaScript and TypeScript run on this very Node. */
function commandOf(program: string): [string, string[]] {
  const isScript = /\.[cm]?[jt]s$/.test(program)
  return isScript
    ? [process.execPath, ['--import', ENDS_WITH_SERVER, path.resolve(program)]]
    : [path.resolve(program), []]
}
