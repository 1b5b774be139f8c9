/** `keelson validate`: what is wrong with manifests, before anything is planned. */
import type { Command } from 'commander'
import { writeObject } from '../platform/index.ts'
import { applyManifests } from './apply-manifests.ts'
import type { Environment } from './environment.ts'
import { failureCounter, locate } from './failure.ts'
import { addPlatformOptions } from './platform-input.ts'
import { type PlatformFlags, platformManifests, withPlatform } from './platform-session.ts'
import { usageError } from './usage-error.ts'

export function addValidate(program: Command, environment: Environment, exit: (code: number) => void): void {
  addPlatformOptions(program.command('validate'))
    .summary('tell what is wrong with manifests')
    .description(
      'Hold manifests to their schemas and to each other, each mistake with file, line, field and what to do. Changes nothing. ' +
        'The server is asked what it would say; with --local only what control centers and platforms say is looked at.',
    )
    .action(async (_: unknown, command: Command) => {
      const flags = command.optsWithGlobals<PlatformFlags>()
      const manifests = await platformManifests(flags, environment)
      if (manifests === undefined) throw usageError(command, 'must specify -f')
      const failures = failureCounter(environment)
      await withPlatform({ flags, manifests }, environment, async ({ connection, others, signal }) => {
        if (connection === undefined) return
        const { client, namespace } = connection
        for (const manifest of manifests.filter((each) => !others.includes(each))) {
          await writeObject(client, manifest.object, { dryRun: true, signal }).catch((error) => {
            signal.throwIfAborted()
            failures.report(locate(error, manifest))
          })
        }
        const quiet = { ...environment, stdout: { write: () => undefined } }
        await applyManifests(client, others, { namespace, dryRun: true, report: failures.report, label: '' }, quiet)
      })
      const count = manifests.length === 1 ? 'One object is' : `${manifests.length} objects are`
      if (failures.exitCode() === 0) environment.stdout.write(`${count} valid.\n`)
      exit(failures.exitCode())
    })
}
