/** A runner of its own: nothing but the folder it stands in, what it is given, and a home that was never used. */
import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { bundlePath } from '../bundle.ts'

export interface Run {
  readonly code: number | null
  readonly signal: string | null
  readonly out: string
}

export async function runner(line: string, cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const home = mkdtempSync(join(cwd, 'home-'))
  const command = await bundlePath()
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...line.split(' ')], { cwd, env: { HOME: home, ...env } })
    let out = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (piece) => {
        out += piece
      })
    }
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, out }))
  })
}
