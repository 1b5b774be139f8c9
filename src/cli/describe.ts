import type { Command } from 'commander'
import { resourceRef } from '../client/index.ts'
import type { KubeObject } from '../machinery/index.ts'
import { type Connection, type ConnectionOptions, connect } from './connection.ts'
import { describeObject, type EventObject } from './describe-object.ts'
import type { Environment } from './environment.ts'
import { failureCounter } from './failure.ts'
import { printObjects } from './get-objects.ts'
import { groupTargets } from './get-request.ts'
import { parseOutputFormat } from './output-format.ts'
import { parseTargets, type Target, withKind } from './resource-arguments.ts'

interface DescribeOptions extends ConnectionOptions {
  readonly output?: string
  readonly allNamespaces?: boolean
  readonly selector?: string
  readonly showEvents?: boolean
}

const events = resourceRef<EventObject>('v1', 'events', { namespaced: true })

export function addDescribe(program: Command, environment: Environment, exit: (code: number) => void): void {
  program
    .command('describe')
    .summary('show an object in words, with its events')
    .description('Show the details of one or many objects, and the events about them.')
    .argument('[resource...]', 'TYPE [NAME...] or TYPE/NAME ...')
    .option('-A, --all-namespaces', 'of all namespaces')
    .option('-l, --selector <labels>', 'only what has these labels')
    .option('-o, --output <format>', 'yaml, json or name: the objects themselves, as get prints them')
    .option('--show-events', 'events about each object (default: when there is one object)')
    .option('--no-show-events', 'without events')
    .action(async (args: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<DescribeOptions>()
      using connection = connect(options, environment)
      const failures = failureCounter(environment)
      const targets = await parseTargets(args, connection.client.discovery, command)
      const format = parseOutputFormat(options.output)
      if (format.type !== 'table') {
        const asked = { ...options, headers: true }
        await printObjects(groupTargets(targets), {
          connection,
          options: asked,
          format,
          environment,
          report: failures.report,
        })
        exit(failures.exitCode())
        return
      }
      const found: KubeObject[] = []
      for (const target of targets) {
        try {
          for await (const object of objectsOf(connection, target, options)) found.push(object)
        } catch (error) {
          failures.report(error)
        }
      }
      const withEvents = options.showEvents ?? found.length === 1
      for (const [index, object] of found.entries()) {
        const about = withEvents && object.kind !== 'Secret' ? await eventsOf(connection, object) : undefined
        environment.stdout.write(`${index === 0 ? '' : '\n\n'}${describeObject(object, about, Date.now())}`)
      }
      if (found.length === 0 && failures.exitCode() === 0) {
        environment.stderr.write(`No resources found in ${connection.namespace} namespace.\n`)
      }
      exit(failures.exitCode())
    })
}

async function* objectsOf({ client, namespace }: Connection, { resource, name }: Target, options: DescribeOptions) {
  if (name !== undefined) {
    yield await client.get(resource, name, { namespace })
    return
  }
  const selection = {
    ...(options.allNamespaces === true ? {} : { namespace }),
    ...(options.selector === undefined ? {} : { labelSelector: options.selector }),
  }
  for await (const object of client.items(resource, selection)) yield withKind(resource, object)
}

/** Events about this very object, not about an earlier one of its name. Who may not read events sees none. */
async function eventsOf({ client }: Connection, { kind, metadata }: KubeObject): Promise<EventObject[]> {
  const { name = '', namespace, uid = '' } = metadata
  const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name},involvedObject.uid=${uid}`
  try {
    // Events about what lives in no namespace are kept in `default`.
    const found = await client.list(events, { namespace: namespace ?? 'default', fieldSelector })
    return found.items.sort((one, other) => timeOf(one) - timeOf(other))
  } catch {
    return []
  }
}

function timeOf(event: EventObject): number {
  return Date.parse(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '') || 0
}
