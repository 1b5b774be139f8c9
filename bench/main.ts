/** The benchmarks: `npm run bench -- api [--json FILE]`, `workspaces --count N [--bindings] [--objects M]`, `flood`, `list --count N`, `deletion`, `store [--json FILE]`, `backup`. */
import { writeFile } from 'node:fs/promises'
import { Command, InvalidArgumentError } from 'commander'
import { benchApi } from './api.ts'
import { benchBackup } from './backups.ts'
import { benchClusters } from './clusters.ts'
import { markdown } from './comparison.ts'
import { benchDeletion } from './deletion.ts'
import { benchFlood } from './flood.ts'
import { benchLongList } from './long-list.ts'
import { benchLoop } from './loop/loop.ts'
import { machine } from './machine.ts'
import { benchStore } from './store.ts'
import { benchTestServer } from './test-server.ts'
import { benchWorkspaces } from './workspaces.ts'

const tell = (step: string) => console.error(step)

const program = new Command('bench').description('Measures Keelson.')

program
  .command('api')
  .description('Keelson beside kube-apiserver with etcd, in the same run')
  .option('--json <file>', 'also writes the result, with every sample, as JSON')
  .action(async ({ json }: { json?: string }) => {
    const comparisons = await benchApi(tell)
    console.log(markdown(comparisons))
    if (json !== undefined)
      await writeFile(json, `${JSON.stringify({ machine: machine(), comparisons }, undefined, 2)}\n`)
  })

program
  .command('workspaces')
  .description('what a workspace costs: time, heap, anonymous memory, disk')
  .requiredOption('--count <n>', 'how many to create', positiveInteger)
  .option('--bindings', 'binds each of them to one export', false)
  .option('--objects <n>', 'puts so many objects of about 1 kB into each', positiveInteger, 0)
  .option('--json <file>', 'also writes the result as JSON')
  .action(async ({ json, ...options }: { count: number; bindings: boolean; objects: number; json?: string }) => {
    const text = `${JSON.stringify(await benchWorkspaces(options, tell), undefined, 2)}\n`
    process.stdout.write(text)
    if (json !== undefined) await writeFile(json, text)
  })

program
  .command('flood')
  .description("what one tenant's flood of creates does to another's")
  .action(async () => {
    console.log(JSON.stringify(await benchFlood(tell), undefined, 2))
  })

program
  .command('list')
  .description('what a long list does to the event loop, and to others')
  .requiredOption('--count <n>', 'how many objects', positiveInteger)
  .action(async ({ count }: { count: number }) => {
    console.log(JSON.stringify(await benchLongList(count, tell), undefined, 2))
  })

program
  .command('deletion')
  .description("what the deletion of many workspaces, and of a full one, does to another tenant's creates")
  .option('--count <n>', 'how many workspaces', positiveInteger, 10_000)
  .option('--objects <n>', 'how many objects in one workspace', positiveInteger, 100_000)
  .action(async ({ count, objects }: { count: number; objects: number }) => {
    console.log(JSON.stringify(await benchDeletion(count, objects, tell), undefined, 2))
  })

program
  .command('loop')
  .description('how long requests that are large, or made to be dear, hold the event loop')
  .action(async () => {
    console.log(JSON.stringify(await benchLoop(tell), undefined, 2))
  })

program
  .command('clusters')
  .description('what Keelson adds to kind create cluster; needs the superuser and Docker')
  .option('--rounds <n>', 'how often each makes a cluster', positiveInteger, 5)
  .option('--parallel <n>', 'how many then at once', positiveInteger, 10)
  .option('--json <file>', 'also writes the result as JSON')
  .action(async ({ json, ...options }: { rounds: number; parallel: number; json?: string }) => {
    const text = `${JSON.stringify(await benchClusters(options, tell), undefined, 2)}\n`
    process.stdout.write(text)
    if (json !== undefined) await writeFile(json, text)
  })

program
  .command('test-server')
  .description('how long a test waits for a server of its own')
  .action(async () => {
    console.log(JSON.stringify(await benchTestServer(), undefined, 2))
  })

program
  .command('store')
  .description('creates, a mixed load, lists under writes and 10,000 watchers, beside kube-apiserver and on etcd')
  .option('--json <file>', 'also writes the result, with every sample, as JSON')
  .action(async ({ json }: { json?: string }) => {
    const comparisons = await benchStore(tell)
    console.log(markdown(comparisons))
    if (json !== undefined)
      await writeFile(json, `${JSON.stringify({ machine: machine(), comparisons }, undefined, 2)}\n`)
  })

program
  .command('backup')
  .description('what it takes to back a store up, to restore it, and to move it to etcd')
  .option('--count <n>', 'how many objects', positiveInteger, 100_000)
  .option('--json <file>', 'also writes the result as JSON')
  .action(async ({ count, json }: { count: number; json?: string }) => {
    const text = `${JSON.stringify(await benchBackup(count, tell), undefined, 2)}\n`
    process.stdout.write(text)
    if (json !== undefined) await writeFile(json, text)
  })

try {
  await program.parseAsync()
} catch (error) {
  // What a SuppressedError is about is shown by nobody else; and what still waits for a cluster that failed is not waited for.
  console.error(error instanceof SuppressedError ? [error.suppressed, error.error] : error)
  process.exit(1)
}

function positiveInteger(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('It must be a positive integer.')
  return number
}
