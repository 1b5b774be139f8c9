/** `keelson backup`: one file with all that a store holds, taken while its servers run. */
import type { Command } from 'commander'
import type { Environment } from './environment.ts'
import { addLocationOptions, type LocationFlags, locationText, storeLocation } from './store-location.ts'

interface BackupFlags extends LocationFlags {
  readonly to: string
}

export function addBackup(program: Command, environment: Environment): void {
  addLocationOptions(program.command('backup'))
    .summary('back a store up')
    .description(
      'Write everything that a data directory, or a store in etcd, holds to one file, as it is at one moment; servers may ' +
        'run on it. The file holds keys: keep it as safe as the directory.',
    )
    .requiredOption('--to <file>', 'the file to write; it must not exist')
    .action(async (flags: BackupFlags) => {
      const from = storeLocation(flags)
      const { revision, rows, bytes } = await environment.store.backUp(from, flags.to, environment.signal)
      const size = `${Math.ceil(bytes / 1024).toLocaleString('en')} KiB`
      environment.stdout.write(
        `Backed up ${locationText(from)} at revision ${revision}: ${rows.toLocaleString('en')} rows, ${size} in ${flags.to}\n`,
      )
    })
}
