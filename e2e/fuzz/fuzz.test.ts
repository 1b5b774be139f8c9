/**
 * Twenty seconds of requests that nobody would send; KEELSON_FUZZ_SECONDS=3600 makes it an hour, KEELSON_SEED repeats a run.
 * The server must neither end nor answer with an error of its own, nor hold its loop, nor keep memory.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { parse } from 'yaml'
import { widgetsCrd } from '../fixtures/widgets.ts'
import { type Access, readKubeconfig } from '../kubeconfig.ts'
import { request as ask, requestObject } from '../request.ts'
import { type Keelson, startKeelson } from '../server.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { createWorkspace } from '../workspace.ts'
import { askProbe } from './ask-probe.ts'
import { framesOf, misbehave, sendBytes } from './connections.ts'
import type { Measurement } from './probe.ts'
import { type FuzzRequest, requests } from './requests.ts'

const seconds = Number(process.env.KEELSON_FUZZ_SECONDS ?? 20)
const seed = Number(process.env.KEELSON_SEED ?? Date.now() % 1_000_000)
const AT_ONCE = 8
const BATCH = 200
/**
 * Milliseconds of processor time of one turn of the loop, garbage collection included, at the pace of the machine that
 * docs/benchmarks.md was measured on. The goal is ten; what takes longer is the OpenAPI document of a workspace whose definitions
 * have just changed (docs/benchmarks.md), and a turn in which many connections have something to say.
 */
const LONGEST_TURN = 40
const GROWTH_MEGABYTES = 64
/** Of a request that is not a watch. */
const PATIENCE = 15_000

test('no request breaks the server, holds its loop or leaves memory behind', {
  timeout: (seconds + 120) * 1000,
}, async (context) => {
  context.diagnostic(`KEELSON_SEED=${seed} KEELSON_FUZZ_SECONDS=${seconds}`)
  await using folder = await temporaryFolder()
  const probe = join(folder.path, 'probe.jsonl')
  process.env.KEELSON_FUZZ_PROBE = probe
  const nodeOptions = ['--expose-gc', `--import=${join(import.meta.dirname, 'probe.ts')}`]
  await using keelson = await startKeelson({ nodeOptions })
  delete process.env.KEELSON_FUZZ_PROBE
  const access = await createWorkspace(await readKubeconfig(keelson.kubeconfig), 'fuzz')
  await requestObject(
    access,
    'POST',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    parse(await readFile(widgetsCrd, 'utf8')),
  )

  const found: string[] = []
  await load(access, Math.max(4, seconds / 4), seed, found)
  // What code costs when it runs for the first time is not what a request costs: the first load only warms up.
  const { heapMegabytes: before, pace: warmPace } = await measured(keelson, probe)
  const sent = await load(access, seconds, seed + 1, found)
  const { longest, collecting, over, pace, heapMegabytes: after } = await measured(keelson, probe)
  context.diagnostic(
    `${sent} requests; longest turn ${longest.toFixed(1)} ms, ${collecting.toFixed(1)} ms where the whole heap was collected`,
  )
  context.diagnostic(`${over} turns over 10 ms; pace ${pace.toFixed(2)}`)
  context.diagnostic(`heap ${before.toFixed(1)} MB, then ${after.toFixed(1)} MB`)

  assert.deepEqual(found.slice(0, 10), [])
  assert.equal((await ask(access, 'GET', '/api/v1/namespaces/default')).status, 200, 'the server still answers')
  const complaints = keelson
    .log()
    .split('\n')
    .filter((line) => /unhandled|uncaught|\bat \S+ \(|"level":"error"/i.test(line))
  assert.deepEqual(complaints.slice(0, 10), [])
  const bound = LONGEST_TURN * Math.max(1, pace, warmPace)
  assert.ok(longest < bound, `a turn of the loop took ${longest} ms, of ${bound}`)
  assert.ok(after - before < GROWTH_MEGABYTES, `the heap has grown from ${before} to ${after} MB`)
})

/** Sends for so long; says what must not happen in `found`, and how many requests there were. */
async function load(access: Access, duration: number, from: number, found: string[]): Promise<number> {
  const deadline = performance.now() + duration * 1000
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  let sent = 0
  let batch = from
  const work = async () => {
    while (performance.now() < deadline) {
      for (const one of fc.sample(requests, { seed: batch++ * 31, numRuns: BATCH })) {
        if (performance.now() > deadline) return
        sent++
        const problem = await problemOf(access, agent, one)
        if (problem !== undefined) found.push(`${problem}: ${describe(one)}`)
      }
    }
  }
  const disturb = async () => {
    for (let number = from; performance.now() < deadline; number++) {
      await misbehave(access, number)
      const [bytes = new Uint8Array()] = fc.sample(fc.uint8Array({ maxLength: 300 }), { seed: number, numRuns: 1 })
      await sendBytes(access, bytes, number % 2 === 0 ? 'h2' : 'http/1.1')
      await sendBytes(access, framesOf(bytes), 'h2')
      await sleep(50)
    }
  }
  await Promise.all([...Array.from({ length: AT_ONCE }, work), disturb()])
  agent.destroy()
  return sent
}

/** Undefined: answered as a server answers nonsense, or refused before it is HTTP. */
function problemOf({ url, ca, credential }: Access, agent: Agent, one: FuzzRequest): Promise<string | undefined> {
  const base = new URL(url)
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const certificate = 'token' in credential ? {} : { cert: credential.certificate, key: credential.key }
  try {
    const outgoing = request(
      {
        host: base.hostname,
        port: base.port,
        method: one.method,
        path: base.pathname + one.path,
        ca,
        agent,
        ...certificate,
        headers: {
          ...('token' in credential && { authorization: `Bearer ${credential.token}` }),
          ...one.headers,
          ...(one.body !== undefined && { 'content-length': String(one.body.length) }),
        },
      },
      (incoming) => {
        let text = ''
        incoming.setEncoding('utf8').on('data', (chunk: string) => {
          if (text.length < 2000) text += chunk
        })
        // Some of them are watches, which nobody waits out.
        if (/\/watch\//.test(one.path)) setTimeout(() => incoming.destroy(), 20)
        incoming.on('close', () =>
          resolve(isFault(incoming.statusCode, text) ? `500 ${text.slice(0, 500)}` : undefined),
        )
      },
    )
    outgoing.setTimeout(PATIENCE, () => {
      resolve('no answer')
      outgoing.destroy()
    })
    outgoing.on('upgrade', (_incoming, socket) => {
      socket.destroy()
      resolve(undefined)
    })
    outgoing.on('error', () => resolve(undefined))
    outgoing.end(one.body)
  } catch {
    // Node's client refuses to send some headers and paths.
    resolve(undefined)
  }
  return promise
}

/** Upstream has answers with 500 to some nonsense, and so have we; a fault of ours says where it is written down, in any encoding. */
function isFault(status: number | undefined, text: string): boolean {
  return status === 500 && text.includes('see the log of the server')
}

function describe({ method, path, headers, body }: FuzzRequest): string {
  return `${method} ${path} ${JSON.stringify(headers)} ${body?.toString('latin1').slice(0, 1500) ?? ''}`
}

/** What the probe has seen since it was asked last. */
async function measured(keelson: Keelson, probe: string): Promise<Measurement> {
  // Streams that were cut off, and what waits for a time-out, end meanwhile.
  await sleep(3000)
  return askProbe(keelson.processes, probe)
}
