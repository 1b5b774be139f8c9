import { type Command, Option } from 'commander'
import type { DeleteOptions, DiscoveredResource } from '../client/index.ts'
import { isStatus, type KubeObject } from '../machinery/index.ts'
import { inApplyOrder } from './apply-order.ts'
import { type Connection, type ConnectionOptions, connect } from './connection.ts'
import { readDuration } from './duration.ts'
import type { Environment } from './environment.ts'
import { failureCounter } from './failure.ts'
import { readManifests } from './manifest-files.ts'
import { resourceOf } from './manifest-resource.ts'
import { each } from './repeated.ts'
import { kindText, parseTargets } from './resource-arguments.ts'
import { usageError } from './usage-error.ts'
import { waitFor } from './wait-for.ts'

interface DeleteFlags extends ConnectionOptions {
  readonly filename?: string[]
  readonly recursive?: boolean
  readonly selector?: string
  readonly all?: boolean
  readonly allNamespaces?: boolean
  readonly cascade: 'background' | 'foreground' | 'orphan'
  readonly wait: boolean
  readonly timeout: number
  readonly ignoreNotFound?: boolean
  readonly dryRun?: 'none' | 'server'
  readonly output?: string
}

interface Victim {
  readonly resource: DiscoveredResource
  readonly name: string
  readonly namespace: string
}

const PROPAGATION = { background: 'Background', foreground: 'Foreground', orphan: 'Orphan' } as const

export function addDelete(program: Command, environment: Environment, exit: (code: number) => void): void {
  program
    .command('delete')
    .summary('delete objects')
    .description('Delete objects by files, by names, or by labels.')
    .argument('[resource...]', 'TYPE NAME... or TYPE/NAME ..., or TYPE with -l or --all')
    .option(
      '-f, --filename <file>',
      'a file or directory with the objects, or - for the standard input; may be repeated',
      each,
    )
    .option('-R, --recursive', 'go into the directories of -f')
    .option('-l, --selector <labels>', 'only what has these labels')
    .option('--all', 'all objects of the type in the namespace')
    .option('-A, --all-namespaces', 'with -l or --all: of all namespaces')
    .addOption(
      new Option('--cascade <how>', 'what happens to what the object owns')
        .choices(['background', 'foreground', 'orphan'])
        .default('background'),
    )
    .option('--wait', 'wait until the objects are gone', true)
    .option('--no-wait', 'do not wait until the objects are gone')
    .option('--timeout <duration>', 'how long to wait, for example 30s; 0 waits for ever', readDuration, 0)
    .option('--ignore-not-found', 'no failure when an object does not exist')
    .addOption(
      new Option('--dry-run <where>', 'server: let the server check, delete nothing').choices(['none', 'server']),
    )
    .option('-o, --output <format>', 'name: only the names')
    .action(async (args: string[], _: unknown, command: Command) => {
      const flags = command.optsWithGlobals<DeleteFlags>()
      const failures = failureCounter(environment)
      using connection = connect(flags, environment)
      const found = await victims(args, flags, connection, environment, command, failures.report)
      const deleted: (Victim & { uid: string })[] = []
      for (const victim of found) {
        try {
          const answer = await connection.client.delete(
            victim.resource,
            victim.name,
            deleteOptions(flags, victim, environment),
          )
          environment.stdout.write(deletedLine(flags, victim))
          deleted.push({ ...victim, uid: uidOf(answer) })
        } catch (error) {
          const absent = isStatus(error, 'NotFound') && (flags.ignoreNotFound === true || flags.all === true)
          if (!absent) failures.report(error)
        }
      }
      if (found.length === 0 && failures.exitCode() === 0) environment.stdout.write('No resources found\n')
      if (flags.wait && flags.dryRun !== 'server') {
        for (const victim of deleted)
          await untilGone(connection, victim, flags.timeout, environment).catch(failures.report)
      }
      exit(failures.exitCode())
    })
}

async function victims(
  args: readonly string[],
  flags: DeleteFlags,
  connection: Connection,
  environment: Environment,
  command: Command,
  report: (error: unknown) => void,
): Promise<Victim[]> {
  const { client, namespace } = connection
  if (flags.filename !== undefined) {
    if (args.length > 0) throw usageError(command, 'either files (-f) or resources may be given, not both')
    const manifests = await readManifests(flags.filename, { recursive: flags.recursive === true }, environment)
    const chosen: Victim[] = []
    // Objects before the definitions that they are made of.
    for (const manifest of inApplyOrder(manifests).reverse()) {
      try {
        const resource = await resourceOf(client.discovery, manifest)
        const { metadata } = manifest.object
        chosen.push({ resource, name: metadata.name ?? '', namespace: metadata.namespace ?? namespace })
      } catch (error) {
        report(error)
      }
    }
    return chosen
  }
  const targets = await parseTargets(args, client.discovery, command)
  const several = flags.all === true || flags.selector !== undefined
  const chosen: Victim[] = []
  for (const { resource, name } of targets) {
    if (name !== undefined) {
      if (several) throw usageError(command, 'name cannot be provided when a selector or --all is specified')
      chosen.push({ resource, name, namespace })
      continue
    }
    if (!several) throw usageError(command, 'resource(s) were provided, but no name was specified')
    const selection = {
      ...(flags.allNamespaces === true ? {} : { namespace }),
      ...(flags.selector === undefined ? {} : { labelSelector: flags.selector }),
    }
    for await (const { metadata } of client.items(resource, selection)) {
      chosen.push({ resource, name: metadata.name ?? '', namespace: metadata.namespace ?? '' })
    }
  }
  return chosen
}

function deleteOptions(flags: DeleteFlags, { namespace }: Victim, { signal }: Environment): DeleteOptions {
  return {
    namespace,
    signal,
    propagationPolicy: PROPAGATION[flags.cascade],
    ...(flags.dryRun === 'server' ? { dryRun: true } : {}),
  }
}

function deletedLine(flags: DeleteFlags, { resource, name, namespace }: Victim): string {
  const kind = kindText(resource)
  if (flags.output === 'name') return `${kind}/${name}\n`
  const where = resource.namespaced ? ` from ${namespace} namespace` : ''
  return `${kind} "${name}" deleted${where}${flags.dryRun === 'server' ? ' (server dry run)' : ''}\n`
}

/** In the object itself while finalizers keep it, otherwise in the Status. */
function uidOf(answer: KubeObject): string {
  const { details } = answer as { details?: { uid?: string } }
  return answer.metadata.uid ?? details?.uid ?? ''
}

async function untilGone(
  { client }: Connection,
  { resource, name, namespace, uid }: Victim & { uid: string },
  timeout: number,
  { signal }: Environment,
): Promise<void> {
  const gone = (object: KubeObject | undefined) => object === undefined || (uid !== '' && object.metadata.uid !== uid)
  const reason = (object: KubeObject | undefined) => `finalizers ${(object?.metadata.finalizers ?? []).join(', ')}`
  await waitFor(client, resource, name, gone, {
    namespace: resource.namespaced ? namespace : '',
    timeout,
    signal,
    reason,
  })
}
