/** Commander's complaints in kubectl's words. */
import type { Command, CommanderError } from 'commander'
import { KeelsonError } from '../machinery/index.ts'

/** `keelson ws tree` for the command tree of `ws`. */
function commandPath(command: Command): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`
}

/** sysexits(3): EX_USAGE. The commands that pipelines run tell it apart from 1; the others end as kubectl does. */
const USAGE = 64
const PIPELINE = new Set([
  'validate',
  'plan',
  'wait',
  'drift',
  'destroy',
  'adopt',
  'pivot',
  'state',
  'kubeconfig',
  'unlock',
])

export function usageError(command: Command, message: string): KeelsonError {
  const path = commandPath(command)
  const exitCode = PIPELINE.has(path.split(' ')[1] ?? '') ? USAGE : 1
  return new KeelsonError(message, `See '${path} --help' for usage.`, { exitCode })
}

/** commander/lib/command.js, the messages of its `code`s. */
export function ofCommander(command: Command, error: CommanderError): KeelsonError {
  const [first = '', suggestion = ''] = error.message.replace(/^error: /, '').split('\n')
  const quoted = /'([^']*)'/.exec(first)?.[1] ?? ''
  const similar = /Did you mean (?:one of )?(.*)\?/.exec(suggestion)?.[1]
  const proposal = similar === undefined ? '' : `\n\nDid you mean this?\n\t${similar.replaceAll(', ', '\n\t')}\n`
  switch (error.code) {
    case 'commander.unknownCommand':
      return usageError(command, `unknown command "${quoted}" for "${commandPath(command)}"${proposal}`)
    case 'commander.unknownOption':
      return usageError(command, `unknown flag: ${quoted.replace(/=.*/s, '')}${proposal}`)
    case 'commander.optionMissingArgument':
      return usageError(command, `flag needs an argument: ${quoted.replace(/ <.*/, '')}`)
    case 'commander.missingMandatoryOptionValue':
      return usageError(command, `must specify ${quoted.replace(/[ ,].*/, '')}`)
    // `keelson help nope`: a group of commands alone shows its help instead.
    case 'commander.help':
      return usageError(command, `unknown help topic "${command.args.at(-1) ?? ''}"`)
    default:
      return usageError(command, first)
  }
}
