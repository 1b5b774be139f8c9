/** `keelson state`: what there is, from the world alone. */
import { type Command, Option } from 'commander'
import { KeelsonError, printYaml } from '../machinery/index.ts'
import { EXIT, findEntries, readState, type State, type StateEntry } from '../platform/index.ts'
import { alignColumns, TABLE_COLUMNS } from './columns.ts'
import type { Environment } from './environment.ts'
import { addPlatformOptions } from './platform-input.ts'
import { type PlatformFlags, platformManifests, withPlatform } from './platform-session.ts'
import { printable } from './table.ts'

interface StateFlags extends PlatformFlags {
  readonly output: 'text' | 'json' | 'yaml'
}

export function addState(program: Command, environment: Environment, exit: (code: number) => void): void {
  const state = program
    .command('state')
    .summary('show what control centers and platforms there are')
    .description('Nothing is remembered: all of it is asked of the cluster providers in the manifests, by owner tag.')
  addOutput(addPlatformOptions(state.command('ls')))
    .summary('list everything that carries the owner tag of a provider')
    .action(async (_: unknown, command: Command) => {
      const flags = command.optsWithGlobals<StateFlags>()
      const found = await stateOf(flags, environment)
      environment.stdout.write(flags.output === 'text' ? table(found) : print(found, flags.output))
      if (flags.output === 'text' && found.entries.length === 0) environment.stderr.write('No clusters found\n')
      exit(tellUnreachable(found, environment))
    })
  addOutput(addPlatformOptions(state.command('show')))
    .summary('show all that is known of one')
    .argument('<name>', 'as KIND/NAME, name, identity, external name or external id')
    .action(async (name: string, _: unknown, command: Command) => {
      const flags = command.optsWithGlobals<StateFlags>()
      const found = await stateOf(flags, environment)
      const entry = onlyEntry(found, name)
      environment.stdout.write(print(entry, flags.output))
      exit(tellUnreachable(found, environment))
    })
}

function addOutput(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'how it is printed').choices(['text', 'json', 'yaml']).default('text'),
  )
}

async function stateOf(flags: StateFlags, environment: Environment): Promise<State> {
  const manifests = await platformManifests(flags, environment)
  return withPlatform({ flags, ...(manifests !== undefined && { manifests }) }, environment, ({ desired, signal }) =>
    readState(desired, Date.now(), signal),
  )
}

/** What it may mean must be one. */
export function onlyEntry(state: State, name: string): StateEntry {
  const [first, ...others] = findEntries(state, name)
  if (first === undefined) {
    const { unreachable } = state
    const message = unreachable.map(({ provider, message }) => `${provider}: ${printable(message)}`).join('; ')
    if (message !== '') throw new KeelsonError(`"${name}" was not found, but not all answered: ${message}`, '')
    throw new KeelsonError(`"${name}" was not found`, 'keelson state ls shows what there is')
  }
  if (others.length === 0) return first
  const names = [first, ...others].map(({ id, externalName }) => (id === '' ? externalName : id))
  throw new KeelsonError(`"${name}" may be ${names.join(' or ')}`, 'name it by one of these')
}

function tellUnreachable({ unreachable }: State, { stderr }: Environment): number {
  for (const { provider, message } of unreachable) {
    stderr.write(`error: what ClusterProvider ${provider} has is not known: ${printable(message)}\n`)
  }
  return unreachable.length === 0 ? EXIT.ok : EXIT.error
}

const HEADER = ['NAME', 'WORKSPACE', 'PROVIDER', 'STATE', 'EXTERNAL NAME', 'MANIFEST']

function table({ entries }: State): string {
  if (entries.length === 0) return ''
  const rows = entries.map(({ address, workspace, provider, notice, state, externalName, manifestDigest }) => {
    const digest = manifestDigest.replace('sha256:', '').slice(0, 12)
    return [address, workspace, `${provider} (${notice})`, state, externalName, digest].map(printable)
  })
  return alignColumns([HEADER, ...rows], TABLE_COLUMNS)
}

function print(value: State | StateEntry, output: StateFlags['output']): string {
  const json = JSON.parse(JSON.stringify(value))
  return output === 'json' ? `${JSON.stringify(json, null, 2)}\n` : printYaml(json)
}
