import { spawn } from 'node:child_process'

const goRelease = '1.26'

/**
 * Runs a program to its end and answers with its standard output; CGO is off, so that Go builds static executables.
 * @throws Error with the last lines of standard error when it fails
 */
export function run(command: string, commandArguments: string[], directory?: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = spawn(command, commandArguments, {
    cwd: directory,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let complaint = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4000)
  })
  child.on('error', reject)
  child.on('close', (code, signal) => {
    if (code === 0) resolve(output)
    else reject(new Error(`${command} ${commandArguments[0]} ended with ${signal ?? code}:\n${complaint.trim()}`))
  })
  return promise
}

/** @throws Error in one line with the remedy when there is no usable Go. */
export async function requireGo(): Promise<void> {
  const version = await run('go', ['env', 'GOVERSION']).catch(() => '')
  const [, minor] = /^go1\.(\d+)/.exec(version) ?? []
  if (minor === undefined || Number(minor) < 21) {
    throw new Error(
      `Go ${goRelease} or newer is needed and ${version.trim() || 'none'} was found: install it from https://go.dev/dl/ and put "go" on PATH`,
    )
  }
}
