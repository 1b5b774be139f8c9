/** `keelson kubeconfig`: a credential with a lifetime, made when it is asked for. */
import fs from 'node:fs'
import type { Command } from 'commander'
import { KeelsonError } from '../machinery/index.ts'
import { type Access, issueKubeconfig, readState, requestKubeconfig } from '../platform/index.ts'
import { readDuration } from './duration.ts'
import type { Environment } from './environment.ts'
import { addPlatformOptions } from './platform-input.ts'
import { type PlatformFlags, type PlatformSession, platformManifests, withPlatform } from './platform-session.ts'
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
      'how long it is valid, for example 10m; at most, and by default, spec.access.ttl',
      readDuration,
    )
    .option('--out <file>', 'write it into a new file instead')
    .action(async (name: string, _: unknown, command: Command) => {
      const flags = command.optsWithGlobals<KubeconfigFlags>()
      const { stdout, stderr } = environment
      const manifests = await platformManifests(flags, environment)
      const { what, access } = await withPlatform(
        { flags, ...(manifests !== undefined && { manifests }) },
        environment,
        (session) => issue(name, flags, session),
      )
      if (flags.out === undefined) stdout.write(access.kubeconfig.reveal())
      else writeSecret(flags.out, access.kubeconfig.reveal())
      stderr.write(`${what}: valid until ${access.expiresAt}\n`)
    })
}

async function issue(
  name: string,
  { ttl: milliseconds }: KubeconfigFlags,
  { desired, connection, signal }: PlatformSession,
): Promise<{ readonly what: string; readonly access: Access }> {
  const entry = onlyEntry(await readState(desired, Date.now(), signal), name)
  const options = { ttl: milliseconds === undefined ? undefined : milliseconds / 1000, signal }
  const access =
    connection === undefined
      ? await issueKubeconfig(desired, entry, options)
      : await requestKubeconfig(connection.client, entry.address, options)
  return { what: `${entry.address} (${entry.notice})`, access }
}

function writeSecret(file: string, text: string): void {
  try {
    fs.writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    throw new KeelsonError(`--out ${file}: ${(cause as Error).message}`, 'name a file that does not exist', { cause })
  }
}
