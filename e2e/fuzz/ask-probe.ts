import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Measurement } from './probe.ts'

/** What the probe in those processes has seen since it was asked last; `file` is what KEELSON_FUZZ_PROBE named. */
export async function askProbe(processes: readonly number[], file: string): Promise<Measurement> {
  const known = (await linesOf(file)).length
  for (const pid of processes) process.kill(pid, 'SIGUSR2')
  for (;;) {
    const line = (await linesOf(file))[known]
    if (line !== undefined) return JSON.parse(line)
    await sleep(5)
  }
}

async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.split('\n').slice(0, -1)
}
