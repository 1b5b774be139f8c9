import { readKubeconfig } from '../e2e/kubeconfig.ts'
import { startKeelson } from '../e2e/server.ts'
import { accessTo, createWorkspace } from '../e2e/workspace.ts'
import { connectInspector } from './inspector.ts'
import { type Job, load } from './load.ts'
import { defineRecords, recordsPath, recordTemplate } from './records.ts'

const lists = 5

/** What a long list does to everyone else; times in milliseconds. */
export interface LongListCost {
  count: number
  listP50: number
  listBytes: number
  /** How late the event loop is while lists are answered, one after the other. */
  loopP99: number
  loopMax: number
  /** Another workspace's creates, alone and meanwhile. */
  createP99Alone: number
  createP99Meanwhile: number
}

/** Lists `count` records in one answer, again and again, and watches the event loop and another workspace's creates. */
export async function benchLongList(count: number, tell: (step: string) => void): Promise<LongListCost> {
  await using keelson = await startKeelson({ nodeOptions: ['--inspect=127.0.0.1:0'] })
  const administrator = await readKubeconfig(keelson.kubeconfig)
  const listing = await createWorkspace(administrator, 'listing')
  const other = await createWorkspace(administrator, 'other')
  for (const access of [listing, other]) await defineRecords(access)
  tell(`create ${count} records`)
  await load(
    accessTo(administrator, 'root:listing'),
    job('create', 'listed', { prefix: 'listed-', concurrency: 32, count }),
  )
  const creates = (prefix: string, number: number): Job =>
    job('create', 'churn', { prefix, concurrency: 1, count: number })
  await load(other, creates('warm-', 500))
  const alone = await load(other, creates('alone-', 1_000))
  tell('list')
  const address = /ws:\/\/\S+/.exec(keelson.log())?.[0]
  if (address === undefined) throw new Error('the process has no inspector')
  using inspector = await connectInspector(address)
  const list = job('list', 'listed', { concurrency: 1, count: lists })
  await load(listing, list)
  await inspector.evaluate(`globalThis.delay = process.getBuiltinModule('perf_hooks').monitorEventLoopDelay({ resolution: 1 })
    globalThis.delay.enable()`)
  const [listed, meanwhile] = await Promise.all([load(listing, list), load(other, creates('meanwhile-', 300))])
  const late = (figure: string): Promise<number> => inspector.evaluate(`globalThis.delay.${figure} / 1e6`)
  const round = (value: number): number => Math.round(value * 10) / 10
  return {
    count,
    listP50: round(listed.p50),
    listBytes: listed.bytes,
    loopP99: round(await late('percentile(99)')),
    loopMax: round(await late('max')),
    createP99Alone: round(alone.p99),
    createP99Meanwhile: round(meanwhile.p99),
  }
}

function job(
  operation: Job['operation'],
  namespace: string,
  rest: { prefix?: string; concurrency: number; count: number },
): Job {
  return { operation, path: recordsPath(namespace), body: recordTemplate, ...rest }
}
