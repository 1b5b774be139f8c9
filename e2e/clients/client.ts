import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import { toolPath } from '../tools/build.ts'

/** One line that a client has printed. */
export interface Report {
  what: string
  [detail: string]: unknown
}

/** A running client that prints what happens to it, one JSON object a line. */
export interface Client extends AsyncDisposable {
  /** Everything it has printed so far. */
  readonly reports: readonly Report[]
  /** Waits, at most a minute, until it has printed a line with those values; @throws Error with all it printed otherwise. */
  until(expected: Report): Promise<Report>
  /** Asks it to end and waits; resolves with its exit code. */
  stop(): Promise<number | null>
}

const patienceMilliseconds = 60_000

/** Starts `go-clients <program>` on a namespace of the API that the kubeconfig names. */
export async function startGoClient(
  program: 'informer' | 'manager' | 'protobuf' | 'webhooks',
  kubeconfig: string,
  namespace: string,
): Promise<Client> {
  return startClient(program, await toolPath('go-clients'), [program, namespace], { KUBECONFIG: kubeconfig })
}

/** Starts any program that prints JSON lines; `environment` is added to that of this process. */
export function startClient(
  program: string,
  command: string,
  commandArguments: string[],
  environment: Record<string, string>,
): Client {
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(command, commandArguments, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = once(child, 'close')
  const reports: Report[] = []
  let complaint = ''
  const more = new EventTarget()
  const tell = () => more.dispatchEvent(new Event('more'))
  createInterface(child.stdout).on('line', (line) => {
    if (line.startsWith('{')) reports.push(JSON.parse(line))
    tell()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  child.on('close', tell)
  const everything = () => `${reports.map((report) => JSON.stringify(report)).join('\n')}\n${complaint.slice(-3000)}`

  return {
    reports,
    async until(expected) {
      const deadline = AbortSignal.timeout(patienceMilliseconds)
      for (;;) {
        const found = reports.find((report) => contains(report, expected))
        if (found) return found
        if (deadline.aborted || child.exitCode !== null) {
          throw new Error(`${program} has not printed ${JSON.stringify(expected)}, but:\n${everything()}`)
        }
        // Rejects when the time is up, which the next round reports.
        await once(more, 'more', { signal: deadline }).catch(() => {})
      }
    },
    async stop() {
      child.kill('SIGTERM')
      const [code] = await closed
      return code
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

function contains(report: Report, expected: Report): boolean {
  return Object.entries(expected).every(([key, value]) => isDeepStrictEqual(report[key], value))
}
