/**
 * Writes docs/benchmarks.md from what the benchmarks have measured:
 *
 *     node bench/main.ts api --json api.json && node bench/main.ts workspaces --count 10000 > workspaces.json
 *     node scripts/generate-benchmarks.ts api.json workspaces.json
 */
import { readFile, writeFile } from 'node:fs/promises'
import { type Comparison, markdown } from '../bench/comparison.ts'

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

function workspacesText(values: Readonly<Record<string, unknown>>): string {
  const rows = Object.entries(values).filter(([, value]) => typeof value === 'number')
  const table = rows.map(([name, value]) => `| \`${name}\` | ${Math.round(value as number).toLocaleString('en')} |`)
  return `## What a workspace costs

| | |
|---|---:|
${table.join('\n')}
`
}

const [api, workspaces] = process.argv.slice(2)
if (api === undefined) throw new Error('name the file that bench api --json has written')
const { machine, comparisons } = await read<Measured>(api)
const costs = workspaces === undefined ? '' : `\n${workspacesText(await read(workspaces))}`
const page = `<!-- Generated: node scripts/generate-benchmarks.ts -->
# Benchmarks

Keelson beside kube-apiserver with etcd, both with every write synced to disk, at the same time on the same machine (${machine.cpu},
${machine.cores} cores, ${machine.memoryGB} GB, Node ${machine.node}). Each load is put on one and then on the other, with the order changing;
a ratio is the median of the rounds'. Figures depend on the machine and on what else it does; ratios much less.

${markdown(comparisons)}
${costs}
## Repeat it

\`\`\`sh
npm run bench -- api
npm run bench -- workspaces --count 10000
\`\`\`

needs Linux and Go, which builds kube-apiserver and etcd from their modules on the first run. [bench/README.md](../bench/README.md) says how it
is measured.
`
await writeFile(new URL('../docs/benchmarks.md', import.meta.url), page)
