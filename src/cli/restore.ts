/** `keelson restore`: a new store from a backup, or one workspace of it into a store that there is. */
import type { Command } from 'commander'
import type { Environment } from './environment.ts'
import {
  addKeysOption,
  addLocationOptions,
  type LocationFlags,
  locationText,
  serveCommand,
  storeLocation,
} from './store-location.ts'

interface RestoreFlags extends LocationFlags {
  readonly from: string
  readonly subtree?: string
}

export function addRestore(program: Command, environment: Environment): void {
  addKeysOption(addLocationOptions(program.command('restore')))
    .summary('make a store from a backup')
    .description(
      'Make a new data directory, or a new store in etcd, from a backup; all clients list anew. With --subtree, put one ' +
        'workspace and those below it back into a store in which its path is free: a data directory that no server runs ' +
        'on, or etcd, where servers may go on.',
    )
    .requiredOption('--from <file>', 'the backup')
    .option('--subtree <path>', 'only this workspace and those below it: root:acme')
    .action(async ({ from, subtree, ...flags }: RestoreFlags) => {
      const { store, signal, stdout } = environment
      const to = storeLocation(flags)
      if (subtree === undefined) {
        const { revision, rows } = await store.restore(from, to, signal)
        stdout.write(
          `Restored ${locationText(to)}: ${rows.toLocaleString('en')} rows, at revision ${revision}\n` +
            `Start it with: ${serveCommand(to)}\n`,
        )
        return
      }
      const path = subtree.replace(/^:/, '')
      const { workspaces, rows } = await store.restoreWorkspace({ file: from, path, to }, signal)
      stdout.write(
        `Restored ${path} into ${locationText(to)}: ${workspaces.toLocaleString('en')} workspaces, ${rows.toLocaleString('en')} rows\n`,
      )
    })
}
