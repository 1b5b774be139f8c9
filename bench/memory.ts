import { readFile } from 'node:fs/promises'

/** Bytes of memory, as Linux counts them. */
export interface Memory {
  resident: number
  /** Resident, with each page that processes share divided among them. */
  proportional: number
  /** What no file is behind: heaps and stacks. */
  anonymous: number
}

/** The memory of some processes together. */
export async function memoryOf(processes: readonly number[]): Promise<Memory> {
  const all = await Promise.all(processes.map((pid) => readFile(`/proc/${pid}/smaps_rollup`, 'utf8')))
  const total = (field: string) =>
    all.reduce((sum, rollup) => sum + 1024 * Number(new RegExp(`^${field}: +(\\d+) kB`, 'm').exec(rollup)?.[1]), 0)
  return { resident: total('Rss'), proportional: total('Pss'), anonymous: total('Anonymous') }
}
