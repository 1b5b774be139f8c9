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

const ROUNDS = 5
const WARM = 2
const SETTLING = 30

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
  for (const one of dearRequests) {
    const rounds: Measurement[] = []
    let status = 0
    for (let round = 0; round < WARM + ROUNDS; round++) {
      for (const removal of removals) await send(access, removal)
      if (one.before !== undefined) await send(access, one.before)
      await askProbe(keelson.processes, file)
      status = await send(access, one)
      // What follows an answer belongs to it.
      await sleep(SETTLING)
      const measured = await askProbe(keelson.processes, file)
      if (round >= WARM) rounds.push(measured)
    }
    const longest = rounds.map((round) => round.longest)
    const whole = median(rounds.map((round) => round.used))
    costs.push({ title: one.title, status, longest: median(longest), most: Math.max(...longest), whole })
    tell(`${one.title}: ${status}, ${median(longest).toFixed(1)} ms`)
  }
  return costs
}

function send({ url, ca, credential }: Access, one: DearRequest): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
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
    incoming.resume().on('end', () => resolve(incoming.statusCode ?? 0))
  })
  outgoing.on('error', reject).end(one.body)
  return promise
}
