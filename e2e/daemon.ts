import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A long-running child process that writes to a log file. */
export interface Daemon extends AsyncDisposable {
  readonly pid: number
  /** What it has written so far. */
  log(): string
  /** @throws Error with the end of the log when the process is gone */
  assertRunning(): void
  /** Sends SIGTERM, then SIGKILL after `patienceMilliseconds`; resolves once the process is gone, with its exit code. */
  stop(patienceMilliseconds?: number): Promise<number | null>
}

/** Starts a program with both outputs in `logFile`; it is killed when this process exits. */
export function startDaemon(command: string, commandArguments: string[], logFile: string): Daemon {
  const descriptor = openSync(logFile, 'a')
  const child = spawn(command, commandArguments, { stdio: ['ignore', descriptor, descriptor] })
  closeSync(descriptor)
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const gone = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code))
    child.once('error', () => resolve(null))
  }).finally(() => process.removeListener('exit', kill))
  if (child.pid === undefined) throw new Error(`cannot start ${command}`)

  const log = () => readFileSync(logFile, 'utf8')
  const stop = async (patienceMilliseconds = 60_000) => {
    child.kill('SIGTERM')
    const patience = new AbortController()
    const impatience = sleep(patienceMilliseconds, undefined, { signal: patience.signal }).then(kill, () => {})
    const code = await gone
    patience.abort()
    await impatience
    return code
  }
  return {
    pid: child.pid,
    log,
    assertRunning() {
      if (hasEnded(child))
        throw new Error(`${command} has ended with ${child.signalCode ?? child.exitCode}:\n${log().slice(-3000)}`)
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
    },
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
