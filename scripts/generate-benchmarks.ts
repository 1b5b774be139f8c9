/**
 * Writes docs/benchmarks.md from what the benchmarks have measured:
 *
 *     node bench/main.ts api --json api.json && node bench/main.ts workspaces --count 100000 --json workspaces.json
 *     node bench/main.ts workspaces --count 1000000 --json million.json
 *     node bench/main.ts flood > flood.json && node bench/main.ts list --count 100000 > list.json
 *     node bench/main.ts store --json store.json && node bench/main.ts backup --json backup.json
 *     node scripts/generate-benchmarks.ts api.json workspaces.json,million.json flood.json list.json store.json backup.json \
 *       clusters.json     # of node bench/main.ts clusters
 */
import { readFile, writeFile } from 'node:fs/promises'
import type { BackupCost } from '../bench/backups.ts'
import type { ClusterCost } from '../bench/clusters.ts'
import { type Comparison, markdown } from '../bench/comparison.ts'
import type { FloodCost } from '../bench/flood.ts'
import type { LongListCost } from '../bench/long-list.ts'

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

const [api, workspaces, flood, list, store, backup, clusters] = process.argv.slice(2)
if (api === undefined) throw new Error('name the file that bench api --json has written')
const { machine, comparisons } = await read<Measured>(api)
const runs = await Promise.all(workspaces?.split(',').map((file) => read<Record<string, unknown>>(file)) ?? [])
const costs = runs.length === 0 ? '' : `\n${workspacesText(runs)}`
const fairness = flood === undefined ? '' : `\n${floodText(await read(flood))}`
const lists = list === undefined ? '' : `\n${listText(await read(list))}`
const stores = store === undefined ? '' : `\n${storeText((await read<Measured>(store)).comparisons)}`
const backups = backup === undefined ? '' : `\n${backupText(await read(backup))}`
const realClusters = clusters === undefined ? '' : `\n${clustersText(await read(clusters))}`
const page = `<!-- Generated: node scripts/generate-benchmarks.ts -->
# Benchmarks

Keelson beside kube-apiserver with etcd, both with every write synced to disk, at the same time on the same machine (${machine.cpu},
${machine.cores} cores, ${machine.memoryGB} GB, Node ${machine.node}). Each load is put on one and then on the other, with the order changing;
a ratio is the median of the rounds'. Figures depend on the machine and on what else it does; ratios much less.

${markdown(comparisons)}
${stores}${fairness}${lists}${costs}${backups}${realClusters}
## Repeat it

\`\`\`sh
npm run bench -- api
npm run bench -- flood
npm run bench -- list --count 100000
npm run bench -- workspaces --count 100000
npm run bench -- store
npm run bench -- backup
npm run bench -- clusters
\`\`\`

needs Linux and Go, which builds kube-apiserver and etcd from their modules on the first run. [bench/README.md](../bench/README.md) says how it
is measured.
`
await writeFile(new URL('../docs/benchmarks.md', import.meta.url), page)
