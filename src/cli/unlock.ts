/** `keelson unlock`: who has the lock, and takes it from a run that died. */
import type { Command } from 'commander'
import { KeelsonError } from '../machinery/index.ts'
import { breakLease, EXIT, holderOfLease } from '../platform/index.ts'
import { connect } from './connection.ts'
import type { Environment } from './environment.ts'
import { addPlatformOptions } from './platform-input.ts'
import { fileLockHolder, holderText, locked, runMarks } from './platform-lock.ts'
import { type PlatformFlags, platformManifests, withPlatform } from './platform-session.ts'

interface UnlockFlags extends PlatformFlags {
  readonly force?: boolean
}

export function addUnlock(program: Command, environment: Environment): void {
  addPlatformOptions(program.command('unlock'))
    .summary('take the lock from a run that died')
    .description(
      'Say who has the lock of the workspace (the Lease keelson-platform in its namespace default), and take it from a run that ' +
        'no longer renews it, or was killed on this machine; with --force from any. With --local a lock ends with its process, ' +
        'so there is nothing to take.',
    )
    .option('--force', 'although its holder still renews it')
    .action(async (_: unknown, command: Command) => {
      const flags = command.optsWithGlobals<UnlockFlags>()
      const { stdout, signal } = environment
      if (flags.local === true) {
        const manifests = (await platformManifests(flags, environment)) ?? []
        const holder = await withPlatform({ flags, manifests }, environment, async ({ desired }) =>
          fileLockHolder(desired, environment),
        )
        if (holder !== undefined) throw locked(holder)
        stdout.write('Nobody has the lock.\n')
        return
      }
      using connection = connect(flags, environment)
      const { wasKilled } = runMarks(environment)
      for (;;) {
        const held = await holderOfLease(connection.client, signal)
        if (held === undefined) {
          stdout.write('Nobody has the lock.\n')
          return
        }
        const text = holderText(held.holder)
        if (held.isAlive && flags.force !== true && !wasKilled(held.holder.holder)) {
          const remedy = 'wait until that has ended, or give --force'
          throw new KeelsonError(`the lock is held by ${text}, and renewed`, remedy, { exitCode: EXIT.locked })
        }
        // Another run may have it by now: that one is looked at as well.
        if (await breakLease(connection.client, signal, flags.force === true ? undefined : held)) {
          stdout.write(`The lock was taken from ${text}.\n`)
          return
        }
      }
    })
}
