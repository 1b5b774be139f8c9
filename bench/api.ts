import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiServer } from '../e2e/api-server.ts'
import type { Access } from '../e2e/kubeconfig.ts'
import { requestObject } from '../e2e/request.ts'
import { type Comparison, compare, noSamples } from './comparison.ts'
import { type Contestant, contestants } from './contestants.ts'
import { type Job, load } from './load.ts'
import type { MeasureName } from './measures.ts'
import { memoryOf } from './memory.ts'
import { defineRecords, recordsPath, recordTemplate } from './records.ts'

const rounds = 5
const idleSeconds = 20
const listed = 5000
const watchers = 100
const megabyte = 1_000_000

/** Measures Keelson beside kube-apiserver with etcd, in turns; `tell` hears how far it is. */
export async function benchApi(tell: (step: string) => void): Promise<Comparison[]> {
  const samples = { kubeApiserver: noSamples(), keelson: noSamples() }
  for (let round = 0; round < rounds; round++) {
    for (const { name, start } of inTurn(round)) {
      tell(`start, round ${round + 1} of ${rounds}: ${name}`)
      await using server = await start()
      samples[name].start.push(server.startMilliseconds)
    }
  }
  await using cleanup = new AsyncDisposableStack()
  const apis = new Map<Contestant, { access: Access; server: ApiServer }>()
  for (const contestant of contestants) {
    const server = cleanup.use(await contestant.start())
    tell(`idle for ${idleSeconds} s: ${contestant.name}`)
    await sleep(idleSeconds * 1000)
    const { resident, proportional } = await memoryOf(server.processes)
    samples[contestant.name].resident.push(resident / megabyte)
    samples[contestant.name].proportional.push(proportional / megabyte)
    apis.set(contestant, { server, access: await contestant.emptyApi(server) })
  }
  for (const [{ name }, { access }] of apis) {
    tell(`create ${listed} records: ${name}`)
    await populate(access)
  }
  for (let round = 0; round < rounds; round++) {
    tell(`load, round ${round + 1} of ${rounds}`)
    const versions = new Map<Contestant, string>()
    for (const [contestant, { access }] of apis) versions.set(contestant, await currentVersion(access))
    for (const { measure, figure, jobAt } of loads(round)) {
      for (const contestant of inTurn(round)) {
        const [api, version] = [apis.get(contestant), versions.get(contestant)]
        if (api === undefined || version === undefined) continue
        const result = await load(api.access, jobAt(version)).catch((error: unknown) => {
          throw new Error(`${contestant.name}:\n${api.server.log().slice(-5000)}`, { cause: error })
        })
        samples[contestant.name][measure].push(result[figure])
        tell(`  ${measure}, ${contestant.name}: ${result[figure].toPrecision(3)}`)
      }
    }
  }
  return compare(samples.kubeApiserver, samples.keelson)
}

/** The contestants, a different one first in each round. */
function inTurn(round: number): readonly Contestant[] {
  return round % 2 === 0 ? contestants : contestants.toReversed()
}

async function populate(access: Access): Promise<void> {
  await defineRecords(access)
  // kube-apiserver holds back creates for two seconds after a definition is established.
  await sleep(2500)
  await load(access, {
    operation: 'create',
    path: recordsPath('listed'),
    concurrency: 32,
    count: listed,
    prefix: 'listed-',
    body: recordTemplate,
  })
}

async function currentVersion(access: Access): Promise<string> {
  const path = `${recordsPath('listed')}?limit=1`
  const { metadata } = await requestObject<{ metadata: { resourceVersion: string } }>(access, 'GET', path)
  return metadata.resourceVersion
}

interface Load {
  measure: MeasureName
  figure: 'perSecond' | 'p50'
  /** The job, for a server whose resourceVersion was this when the round began. */
  jobAt(version: string): Job
}

function loads(round: number): Load[] {
  const create = (concurrency: number, count: number) => (): Job => ({
    operation: 'create',
    path: recordsPath('churn'),
    concurrency,
    count,
    prefix: `round-${round}-of-${concurrency}-`,
    body: recordTemplate,
  })
  const get = (concurrency: number, count: number) => (): Job => ({
    operation: 'get',
    path: recordsPath('listed'),
    concurrency,
    count,
    prefix: 'listed-',
  })
  const list = (query: string): Job => ({
    operation: 'list',
    path: recordsPath('listed') + query,
    concurrency: 1,
    count: 7,
  })
  const watch: Job = {
    operation: 'watch',
    path: `${recordsPath('listed')}/listed-0`,
    concurrency: watchers,
    count: 50,
    patch: `{"spec":{"title":"round ${round}, write NUMBER"}}`,
  }
  return [
    { measure: 'create1', figure: 'perSecond', jobAt: create(1, 400) },
    { measure: 'create32', figure: 'perSecond', jobAt: create(32, 3000) },
    { measure: 'create256', figure: 'perSecond', jobAt: create(256, 5000) },
    { measure: 'get1', figure: 'perSecond', jobAt: get(1, 1000) },
    { measure: 'get32', figure: 'perSecond', jobAt: get(32, listed) },
    { measure: 'list', figure: 'p50', jobAt: () => list('') },
    {
      measure: 'listExact',
      figure: 'p50',
      jobAt: (version) => list(`?resourceVersionMatch=Exact&resourceVersion=${version}`),
    },
    { measure: 'watch', figure: 'p50', jobAt: () => watch },
  ]
}
