/** `keelson backup`: one file with all that a data directory holds, taken while its server runs. */
import type { Command } from 'commander'
import { addDataOption, type DataFlags, dataDirectory } from './data-directory.ts'
import type { Environment } from './environment.ts'
import { shortPath } from './serve.ts'

interface BackupFlags extends DataFlags {
  readonly to: string
}

export function addBackup(program: Command, environment: Environment): void {
  addDataOption(program.command('backup'))
    .summary('back a data directory up')
    .description(
      'Write everything that a data directory holds to one file, as it is at one moment; a server may run on it. ' +
        'The file holds keys: keep it as safe as the directory.',
    )
    .requiredOption('--to <file>', 'the file to write; it must not exist')
    .action(async (flags: BackupFlags) => {
      const directory = dataDirectory(flags)
      const { revision, rows, bytes } = await environment.store.backUp(directory, flags.to, environment.signal)
      const size = `${Math.ceil(bytes / 1024).toLocaleString('en')} KiB`
      environment.stdout.write(
        `Backed up ${shortPath(directory)} at revision ${revision}: ${rows.toLocaleString('en')} rows, ${size} in ${flags.to}\n`,
      )
    })
}
