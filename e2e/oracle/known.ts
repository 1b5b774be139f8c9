/**
 * What is known to differ: `known.jsonl` has a line for each place where Keelson answers a case otherwise, and what Keelson
 * says there. Every other place of a known case is judged as in any case, and so is a third answer at a known place.
 *
 *     node e2e/oracle/judge.ts --accept <id in docs/compatibility.md> <words of the case's id>
 */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Json } from './case.ts'
import type { Difference } from './compare.ts'

export interface KnownPlace {
  /** The case's id. */
  readonly of: string
  /** Of the difference, in docs/compatibility.md. */
  readonly difference: string
  /** The first is 1. */
  readonly step: number
  readonly at: string
  /** Keelson's value in JSON, long ones by a digest; absent where Keelson has none. */
  readonly own?: string
}

type Line = [of: string, difference: string, step: number, at: string, own?: string]

const LONGEST = 80
/** The scope that a workspace's identities have, with its logical cluster. */
const CLUSTER = /cluster:[a-z0-9]{16}\b/g
const file = join(import.meta.dirname, 'known.jsonl')

export async function knownPlaces(): Promise<readonly KnownPlace[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const [of, difference, step, at, own] = JSON.parse(line) as Line
    return { of, difference, step, at, ...(own !== undefined && { own }) }
  })
}

export async function writeKnownPlaces(places: readonly KnownPlace[]): Promise<void> {
  const lines = places.map(({ of, difference, step, at, own }) => {
    const line: Line = own === undefined ? [of, difference, step, at] : [of, difference, step, at, own]
    return JSON.stringify(line)
  })
  await writeFile(file, `${lines.sort().join('\n')}\n`)
}

export function knownPlace(of: string, difference: string, step: number, { at, own }: Difference): KnownPlace {
  return { of, difference, step, at, ...(own !== undefined && { own: inShort(own) }) }
}

function inShort(value: Json): string {
  const text = JSON.stringify(value).replaceAll(CLUSTER, 'cluster:<cluster>')
  if (text.length <= LONGEST) return text
  return `sha256:${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
}

/** Equal for the same answer at the same place, whichever difference it is said to be. */
export function keyOf({ of, step, at, own }: KnownPlace): string {
  return JSON.stringify([of, step, at, own ?? null])
}
