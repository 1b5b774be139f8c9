/** `keelson doctor`: what this machine can provide, what that enables, and how to get the rest. */
import { styleText } from 'node:util'
import type { Command } from 'commander'
import type { Json } from '../machinery/index.ts'
import { alignColumns, TABLE_COLUMNS } from './columns.ts'
import { type Machine, thisMachine } from './doctor-machine.ts'
import { type Findings, type ProbeName, probeAll } from './doctor-probes.ts'
import { isWorthwhile, nodesHint, type Provision, provisions } from './doctor-providers.ts'
import type { Environment } from './environment.ts'
import { parseOutputFormat } from './output-format.ts'

export interface Diagnosis {
  readonly machine: string
  readonly probes: Findings
  readonly providers: readonly Provision[]
}

export function addDoctor(program: Command, environment: Environment): void {
  program
    .command('doctor')
    .summary('try out what this machine can provide')
    .description(
      'Try out what this machine can provide, say which providers of clusters that enables, and how to get the rest. ' +
        'Each probe does what it is about in a throwaway place, with a time-out, and leaves nothing behind.',
    )
    .option('-o, --output <format>', 'json or yaml')
    .action(async (_: unknown, command: Command) => {
      const format = parseOutputFormat(command.optsWithGlobals<{ output?: string }>().output)
      const diagnosis = await diagnose(thisMachine(environment.env))
      const terminal = environment.stdout.isTTY === true
      const text =
        format.type === 'object' ? format.print(diagnosis as unknown as Json) : diagnosisText(diagnosis, { terminal })
      environment.stdout.write(text)
    })
}

export async function diagnose(machine: Machine): Promise<Diagnosis> {
  const probes = await probeAll(machine)
  const { platform, arch, node } = machine
  return { machine: `${platform} ${arch}, Node ${node.replace(/^v/, '')}`, probes, providers: provisions(probes) }
}

export function diagnosisText(
  { machine, probes, providers }: Diagnosis,
  { terminal }: { readonly terminal: boolean },
): string {
  const mark = (ok: boolean) => {
    const text = ok ? 'ok' : 'no'
    return terminal ? styleText(ok ? 'green' : 'red', text, { validateStream: false }) : text
  }
  const tried = Object.entries(probes).map(([name, { ok, found }]) => [`  ${name}`, mark(ok), found])
  const enabled = providers.map(({ type, state, gives, lacks }) => [
    `  ${type}`,
    stateText(state),
    gives,
    lacksText(lacks),
  ])
  const remedies = Object.entries(probes).filter(
    ([name, { ok, remedy }]) => !ok && remedy !== '' && isWorthwhile(name as ProbeName, providers),
  )
  const parts = [
    `This machine: ${machine}\n\nTried out:\n${columns(tried)}`,
    `Providers of clusters:\n${columns(enabled.map((cells) => (cells.at(-1) === '' ? cells.slice(0, -1) : cells)))}`,
    remedies.length === 0
      ? ''
      : `To get the rest:\n${columns(remedies.map(([name, { remedy }]) => [`  ${name}`, remedy]))}`,
    `Platforms without nodes: ${nodesHint(providers)}.\n`,
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function columns(lines: readonly (readonly string[])[]): string {
  return alignColumns(lines, { ...TABLE_COLUMNS, minWidth: 0 })
}

function stateText(state: Provision['state']): string {
  return { works: 'works here', later: 'later version', lacking: 'not here' }[state]
}

function lacksText(lacks: readonly string[]): string {
  return lacks.length === 0 ? '' : `lacks: ${lacks.join(', ')}`
}
