/** The options that plan, apply, drift, destroy, state, kubeconfig and their like have in common. */
import type { Command } from 'commander'
import { readDuration } from './duration.ts'
import { each } from './repeated.ts'

export function addPlatformOptions(command: Command): Command {
  return command
    .option('-f, --filename <file>', 'a file or directory with manifests; may be repeated', each)
    .option('-R, --recursive', 'go into the directories of -f')
    .option('--local', 'without a server: this process asks the cluster providers itself')
}

export function addLockOptions(command: Command): Command {
  return command.option(
    '--lock-timeout <duration>',
    'how long to wait for another run to end; default: not at all',
    readDuration,
    0,
  )
}
