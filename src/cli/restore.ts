/** `keelson restore`: a new data directory from a backup, or one workspace of it into a directory that there is. */
import type { Command } from 'commander'
import { addDataOption, type DataFlags, dataDirectory } from './data-directory.ts'
import type { Environment } from './environment.ts'
import { shortPath } from './serve.ts'

interface RestoreFlags extends DataFlags {
  readonly from: string
  readonly subtree?: string
  readonly encryptionProviderConfig?: string
}

export function addRestore(program: Command, environment: Environment): void {
  addDataOption(program.command('restore'))
    .summary('make a data directory from a backup')
    .description(
      'Make a new data directory from a backup; all clients list anew. With --subtree, put one workspace and those ' +
        'below it back into a data directory that no server runs on, in which its path is free.',
    )
    .requiredOption('--from <file>', 'the backup')
    .option('--subtree <path>', 'only this workspace and those below it: root:acme')
    .option('--encryption-provider-config <file>', 'with --subtree: the keys of the data directory, if not its own')
    .action(async ({ from, subtree, encryptionProviderConfig, ...flags }: RestoreFlags) => {
      const { store, signal, stdout } = environment
      const directory = dataDirectory(flags)
      if (subtree === undefined) {
        const { revision, rows } = await store.restore(from, directory, signal)
        stdout.write(
          `Restored ${shortPath(directory)}: ${rows.toLocaleString('en')} rows, at revision ${revision}\n` +
            `Start it with: keelson serve --data ${shortPath(directory)}\n`,
        )
        return
      }
      const path = subtree.replace(/^:/, '')
      const { workspaces, rows } = await store.restoreWorkspace(
        { file: from, path, directory, encryptionFile: encryptionProviderConfig },
        signal,
      )
      stdout.write(
        `Restored ${path} into ${shortPath(directory)}: ${workspaces.toLocaleString('en')} workspaces, ${rows.toLocaleString('en')} rows\n`,
      )
    })
}
