/** Runs a process whose disk or clock fails: shim.c, compiled on first use and loaded before libc. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'

export interface Run {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Its standard output, in whole lines. */
  readonly said: string[]
}

/** Returns the compiled shim's path, in the folder. */
export async function buildShim(folder: string): Promise<string> {
  const shim = join(folder, 'shim.so')
  const source = join(import.meta.dirname, 'shim.c')
  await promisify(execFile)('cc', ['-O2', '-Wall', '-shared', '-fPIC', '-o', shim, source, '-ldl']).catch((cause) => {
    throw new Error('the tests of a failing disk need a C compiler (on Debian: apt-get install gcc libc6-dev)', {
      cause,
    })
  })
  return shim
}

/** `fault` as in shim.c; of the files in the directory. */
export async function runWithFault(
  shim: string,
  fault: string,
  directory: string,
  script: string,
  ...parameters: readonly string[]
): Promise<Run> {
  const child = spawn(process.execPath, [script, directory, ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LD_PRELOAD: shim, SHIM_DIRECTORY: directory, SHIM_FAULT: fault },
  })
  const [output, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return { code, signal, said: output.split('\n').slice(0, -1) }
}
