/** How long one turn of the event loop is held by requests that are large or made to be dear. */
import { request } from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { askProbe } from '../../e2e/fuzz/ask-probe.ts'
import type { Measurement } from '../../e2e/fuzz/probe.ts'
import { type Access, readKubeconfig } from '../../e2e/kubeconfig.ts'
import { requestObject } from '../../e2e/request.ts'
import { startKeelson } from '../../e2e/server.ts'
import { temporaryFolder } from '../../e2e/temporary-folder.ts'
import { createWorkspace } from '../../e2e/workspace.ts'
import { median } from '../statistics.ts'
import { DEFINITIONS, type DearRequest, dearRequests, definition, removals } from './requests.ts'

const ROUNDS = 3
const WARM = 1
const SETTLING = 30

/** No request takes as long. */
const PATIENCE = 300_000

/** Of one class of requests; milliseconds of the main thread's processor time, garbage collection included. */
export interface TurnCost {
  readonly title: string
  /** What it was answered. */
  readonly status: number
  /** The longest turn of a round: the median, and the longest of all. */
  readonly longest: number
  readonly most: number
  /** All that a request costs the main thread. */
  readonly whole: number
  /** What takes a millisecond on an idle machine of the kind that docs/benchmarks.md names took so many meanwhile. */
  readonly pace: number
}

export async function benchLoop(tell: (step: string) => void): Promise<TurnCost[]> {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'probe.jsonl')
  process.env.KEELSON_FUZZ_PROBE = file
  const probe = join(import.meta.dirname, '../../e2e/fuzz/probe.ts')
  await using keelson = await startKeelson({ nodeOptions: ['--expose-gc', `--import=${probe}`] })
  delete process.env.KEELSON_FUZZ_PROBE
  const access = await createWorkspace(await readKubeconfig(keelson.kubeconfig), 'loop')
  await requestObject(access, 'POST', DEFINITIONS, definition)
  const costs: TurnCost[] = []
  let number = 0
  for (const one of dearRequests) {
    const rounds: Measurement[] = []
    const expected = one.status ?? (one.method === 'POST' ? 201 : 200)
    for (let round = 0; round < WARM + ROUNDS; round++) {
      for (const removal of removals) await send(access, removal)
      const named = String(number++)
      const { before } = one
      const version = before === undefined ? '' : versionIn(await answered(access, inRound(before, named, ''), 201))
      const asked = inRound(one, named, version)
      await askProbe(keelson.processes, file)
      await answered(access, asked, expected)
      // What follows an answer belongs to it.
      await sleep(SETTLING)
      const measured = await askProbe(keelson.processes, file)
      if (round >= WARM) rounds.push(measured)
    }
    const longest = rounds.map((round) => round.longest)
    const whole = median(rounds.map((round) => round.used))
    const pace = median(rounds.map((round) => round.pace))
    costs.push({
      title: one.title,
      status: expected,
      longest: median(longest),
      most: Math.max(...longest),
      whole,
      pace,
    })
    tell(`${one.title}: ${expected}, ${median(longest).toFixed(1)} ms at pace ${pace.toFixed(1)}`)
  }
  return costs
}

function inRound(one: DearRequest, number: string, version: string): DearRequest {
  const filled = (text: string) => text.replaceAll('ROUND', number).replace('VERSION', version)
  return { ...one, path: filled(one.path), ...(one.body !== undefined && { body: filled(one.body) }) }
}

function versionIn({ text }: Answered): string {
  const { metadata } = JSON.parse(text) as { metadata: { resourceVersion: string } }
  return metadata.resourceVersion
}

interface Answered {
  readonly status: number
  readonly text: string
}

/** Throws unless it is what the class is about. */
async function answered(access: Access, one: DearRequest, expected: number): Promise<Answered> {
  const answer = await send(access, one)
  const { status, text } = answer
  if (status === expected) return answer
  throw new Error(`${one.title || one.path}: ${status} instead of ${expected}: ${text.slice(0, 300)}`)
}

function send({ url, ca, credential }: Access, one: DearRequest): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>()
  const options = {
    method: one.method,
    ca,
    ...('token' in credential ? {} : { cert: credential.certificate, key: credential.key }),
    headers: {
      ...('token' in credential && { authorization: `Bearer ${credential.token}` }),
      ...(one.type !== undefined && { 'content-type': one.type }),
      ...(one.accept !== undefined && { accept: one.accept }),
    },
  }
  const outgoing = request(url + one.path, options, (incoming) => {
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(parts).toString() }))
  })
  outgoing.setTimeout(PATIENCE, () => outgoing.destroy(new Error(`${one.title || one.path}: no answer`)))
  outgoing.on('error', reject).end(one.body)
  return promise
}
