/**
 * Writes docs/benchmarks.md from what the benchmarks have measured:
 *
 *     for each in api store backup clusters; do node bench/main.ts $each --json $each.json; done
 *     for each in flood deletion loop; do node bench/main.ts $each >$each.json; done
 *     node bench/main.ts list --count 100000 >list.json
 *     node bench/main.ts workspaces --count 100000 --json workspaces.json
 *     node scripts/generate-benchmarks.ts --api api.json --store store.json --flood flood.json --list list.json \
 *       --deletion deletion.json --loop loop.json --workspaces workspaces.json --backup backup.json --clusters clusters.json
 */
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { BackupCost } from '../bench/backups.ts'
import type { ClusterCost } from '../bench/clusters.ts'
import { type Comparison, markdown } from '../bench/comparison.ts'
import type { Deletion, DeletionCost } from '../bench/deletion.ts'
import type { FloodCost } from '../bench/flood.ts'
import type { LongListCost } from '../bench/long-list.ts'
import type { TurnCost } from '../bench/loop/loop.ts'

interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGB: number
  readonly system: string
  readonly node: string
}

interface Measured {
  readonly machine: Machine
  readonly comparisons: Comparison[]
}

async function read<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, 'utf8')) as T
}

/** What design asks for, whatever the number. */
const WORKSPACE_BOUNDS: Readonly<Record<string, string>> = {
  createPerSecond: 'at least 1,500',
  heapBytesPerWorkspace: 'at most 100',
  anonBytesPerWorkspace: 'at most 200 at a million',
  diskBytesPerWorkspace: 'at most 4,096, never over 12,288',
  restartMilliseconds: 'at most 1,000',
  pageMilliseconds: 'at most 20',
  pathMilliseconds: 'at most 1',
  bound: 'all: 1',
}

/** A column for each run. */
function workspacesText(runs: readonly Readonly<Record<string, unknown>>[]): string {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run)))]
  const cell = (value: unknown): string =>
    typeof value === 'number' ? value.toLocaleString('en', { maximumFractionDigits: 2 }) : '–'
  const rows = names.map((name) => [
    `\`${name}\``,
    ...runs.map((run) => cell(run[name])),
    WORKSPACE_BOUNDS[name] ?? '–',
  ])
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return `## What a workspace costs

${line(['', ...runs.map(() => ''), 'required'])}
${line(['---', ...runs.map(() => '---:'), '---:'])}
${rows.map(line).join('\n')}
`
}

function floodText({ writers, p99Alone, p99InFlood, p99Bound, holds, floodPerSecond }: FloodCost): string {
  const ms = (value: number): string => value.toFixed(1)
  return `## What one tenant's flood does to another

One workspace creates objects with ${writers} writers at once (${floodPerSecond.toLocaleString('en')} a second), another one after the other.

| | alone | in the flood | required | holds |
|---|---:|---:|---:|---:|
| create, p99, ms | ${ms(p99Alone)} | ${ms(p99InFlood)} | at most ${ms(p99Bound)}: twice what it is alone, and 10 ms | ${holds ? 'yes' : '**no**'} |
`
}

function listText(cost: LongListCost): string {
  return `## What a long list does to others

One workspace lists ${cost.count.toLocaleString('en')} objects of ${Math.round(cost.listBytes / cost.count)} bytes in one answer, again and again; another creates objects, one after the other.

| | |
|---|---:|
| the list, ms | ${cost.listP50} |
| the event loop is late, p99, ms | ${cost.loopP99} |
| at most, ms | ${cost.loopMax} |
| create, p99, ms: alone | ${cost.createP99Alone} |
| meanwhile | ${cost.createP99Meanwhile} |
`
}

function storeText(comparisons: Comparison[]): string {
  return `## What the store decides

The same, with Keelson on etcd beside them: each write synced everywhere, medians of five rounds. Where a server has an etcd, CPU and memory
are those of both.

${markdown(comparisons)}
`
}

function backupText(cost: BackupCost): string {
  return `## Backup, restore, and the way to etcd

${cost.count.toLocaleString('en')} objects of about 1 kB; while the first backup is taken, a client creates objects one after the other.

| | |
|---|---:|
| backup of a data directory, s | ${cost.backupSeconds} |
| its file, MB | ${cost.backupMB} |
| create, p99, ms: alone | ${cost.createP99Alone} |
| meanwhile | ${cost.createP99Meanwhile} |
| restore, s | ${cost.restoreSeconds} |
| migration to etcd, s | ${cost.migrateToEtcdSeconds} |
| backup of etcd, s | ${cost.backupOfEtcdSeconds} |
| restore into etcd, s | ${cost.restoreOfEtcdSeconds} |
`
}

function clustersText({ bare, keelson, onTop, onTopBound, holds, parallel, atRest }: ClusterCost): string {
  const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(1)
  const milestones = [
    ['its API is ready', 'apiReady'],
    ['its node is Ready', 'nodeReady'],
    ['a pod runs on it', 'podRunning'],
    ['the command has ended, the object is Ready', 'done'],
  ] as const
  const rows = milestones.map(
    ([what, field]) => `| ${what} | ${seconds(bare[field])} | ${seconds(keelson[field])} | ${seconds(onTop[field])} |`,
  )
  return `## What is added to \`kind create cluster\`

Seconds from the command on; on top may be at most ${seconds(onTopBound)}, which ${holds ? 'holds' : '**does not hold**'}.

| | kind alone | Keelson | on top |
|---|---:|---:|---:|
${rows.join('\n')}

${parallel.made} at once, as far as this machine's memory carries (${parallel.asked} were asked for): ${parallel.bareSeconds} s of kind alone, ${parallel.keelsonSeconds} s of Keelson, which
needs ${parallel.keelsonMBPerCluster.toFixed(1)} MB of memory for each.

With ${atRest.clusters} of them and their control center at rest it sent Docker ${atRest.dockerRequests} requests, and their APIs ${atRest.apiConnections + atRest.apiWrites}, in ${atRest.seconds} seconds: longer
than a control center is left without a look. Docker tells when a node changes; what nobody tells of is looked at because time passes.
`
}

function deletionText({ count, workspaces, objects, oneWorkspace }: DeletionCost): string {
  const row = (what: string, { seconds, p99Alone, p99Meanwhile, holds }: Deletion): string =>
    `| ${what} | ${seconds} | ${p99Alone} | ${p99Meanwhile} | ${holds ? 'yes' : '**no**'} |`
  return `## What a deletion does to others

Another workspace creates objects, one after the other. Required is that its p99 stays under twice what it is alone, and that 10,000 workspaces
are gone within 60 s.

| | s | create, p99, ms: alone | meanwhile | holds |
|---|---:|---:|---:|---:|
${row(`${count.toLocaleString('en')} workspaces`, workspaces)}
${row(`one with ${objects.toLocaleString('en')} objects`, oneWorkspace)}
`
}

/** Milliseconds. */
const TURN_BOUND = 10

function loopText(costs: readonly TurnCost[]): string {
  const ms = (value: number): string => (value > TURN_BOUND ? `**${value.toFixed(1)}**` : value.toFixed(1))
  const pace = costs.map((cost) => cost.pace).toSorted((one, other) => one - other)
  const rows = costs.map(
    ({ title, status, longest, most }) => `| ${title} | ${status} | ${ms(longest)} | ${most.toFixed(1)} |`,
  )
  return `## What a large request does to the event loop

The longest turn of the main thread in milliseconds of processor time, garbage collection included: the median of three, and the longest. The
goal is ${TURN_BOUND}. Bodies are of 3 MiB unless said otherwise. The same work took ${pace.at(0)?.toFixed(1)} to ${pace.at(-1)?.toFixed(1)} times as long meanwhile as on an idle machine.

| | answer | ms | at most |
|---|---:|---:|---:|
${rows.join('\n')}

What is above the goal, or near it: the first use of a definition of megabytes, which is compiled in one piece; metadata of a large object that is printed
as a Table; patches that touch ten thousands of fields; and the OpenAPI document of a workspace whose definitions have just changed.
`
}

/** Of the files that `bench/` has written, by the name of the benchmark; several of `workspaces`. */
const { values: files } = parseArgs({
  options: {
    api: { type: 'string' },
    store: { type: 'string' },
    flood: { type: 'string' },
    list: { type: 'string' },
    deletion: { type: 'string' },
    loop: { type: 'string' },
    workspaces: { type: 'string', multiple: true, default: [] },
    backup: { type: 'string' },
    clusters: { type: 'string' },
  },
})
if (files.api === undefined) throw new Error('name the file that bench api --json has written: --api FILE')
const { machine, comparisons } = await read<Measured>(files.api)

async function part<T>(file: string | undefined, text: (measured: T) => string): Promise<string> {
  return file === undefined ? '' : `\n${text(await read<T>(file))}`
}

const runs = await Promise.all(files.workspaces.map((file) => read<Record<string, unknown>>(file)))
const parts = [
  await part(files.store, (measured: Measured) => storeText(measured.comparisons)),
  await part(files.flood, floodText),
  await part(files.list, listText),
  await part(files.deletion, deletionText),
  await part(files.loop, loopText),
  runs.length === 0 ? '' : `\n${workspacesText(runs)}`,
  await part(files.backup, backupText),
  await part(files.clusters, clustersText),
]
const page = `<!-- Generated: node scripts/generate-benchmarks.ts -->
# Benchmarks

Keelson beside kube-apiserver with etcd, both with every write synced to disk, at the same time on the same machine (${machine.cpu},
${machine.cores} cores, ${machine.memoryGB} GB, Node ${machine.node}). Each load is put on one and then on the other, with the order changing;
a ratio is the median of the rounds'. Figures depend on the machine and on what else it does; ratios much less.

${markdown(comparisons)}
${parts.join('')}
## Repeat it

\`\`\`sh
npm run bench -- api
npm run bench -- flood
npm run bench -- list --count 100000
npm run bench -- deletion
npm run bench -- loop
npm run bench -- workspaces --count 100000
npm run bench -- store
npm run bench -- backup
npm run bench -- clusters
\`\`\`

needs Linux and Go, which builds kube-apiserver and etcd from their modules on the first run. [bench/README.md](../bench/README.md) says how it
is measured.
`
await writeFile(new URL('../docs/benchmarks.md', import.meta.url), page)
