/** `keelson kubeconfig`: a credential with a lifetime, made when it is asked for. */
import fs from 'node:fs'
import type { Command } from 'commander'
import { KeelsonError } from '../machinery/index.ts'
import { issueKubeconfig, readState } from '../platform/index.ts'
import { parseDuration } from './duration.ts'
import type { Environment } from './environment.ts'
import { addPlatformOptions, type PlatformFlags, readPlatform } from './platform-input.ts'
import { onlyEntry } from './state.ts'

interface KubeconfigFlags extends PlatformFlags {
  readonly ttl?: number
  readonly out?: string
}

export function addKubeconfig(program: Command, environment: Environment): void {
  addPlatformOptions(program.command('kubeconfig'))
    .summary('issue a kubeconfig for a control center or platform')
    .description(
      'Issue a kubeconfig that ends by itself. It is printed, or written for this user alone, and kept nowhere.',
    )
    .argument('<name>', 'as KIND/NAME, name, identity, external name or external id')
    .option(
      '--ttl <duration>',
      "how long it is valid, for example 1h; default: the manifest's spec.access.ttl",
      parseDuration,
    )
    .option('--out <file>', 'write it into a new file instead')
    .action(async (name: string, _: unknown, command: Command) => {
      const flags = command.optsWithGlobals<KubeconfigFlags>()
      const { stdout, stderr, signal } = environment
      const desired = await readPlatform(flags, command, environment)
      const entry = onlyEntry(await readState(desired, Date.now(), signal), name)
      const ttl = flags.ttl === undefined ? undefined : flags.ttl / 1000
      const access = await issueKubeconfig(desired, entry, { ttl, signal })
      if (flags.out === undefined) stdout.write(access.kubeconfig.reveal())
      else writeSecret(flags.out, access.kubeconfig.reveal())
      stderr.write(`${entry.address} (${entry.notice}): valid until ${access.expiresAt}\n`)
    })
}

function writeSecret(file: string, text: string): void {
  try {
    fs.writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    throw new KeelsonError(`--out ${file}: ${(cause as Error).message}`, 'name a file that does not exist', { cause })
  }
}
