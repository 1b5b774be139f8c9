/** `keelson api-resources`: which types the workspace has, as kubectl shows them. */
import type { Command } from 'commander'
import type { DiscoveredResource } from '../client/index.ts'
import { alignColumns, TABLE_COLUMNS } from './columns.ts'
import { type ConnectionOptions, connect } from './connection.ts'
import type { Environment } from './environment.ts'

export function addApiResources(program: Command, environment: Environment): void {
  program
    .command('api-resources')
    .summary('show which types the workspace has')
    .description(
      'Show the types that the workspace serves: what comes with it, what is bound and what it defines itself.',
    )
    .action(async (_: unknown, command: Command) => {
      using connection = connect(command.optsWithGlobals<ConnectionOptions>(), environment)
      environment.stdout.write(tableOf(await connection.client.discovery.resources()))
    })
}

const HEADER = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND']

/** kubectl/pkg/cmd/apiresources: in the preferred version of each group, by group and name. */
function tableOf(resources: readonly DiscoveredResource[]): string {
  const preferred = new Map<string, DiscoveredResource>()
  for (const each of resources) {
    const name = `${each.group}/${each.resource}`
    if (each.verbs.length > 0 && !preferred.has(name)) preferred.set(name, each)
  }
  const names = [...preferred.keys()].sort()
  const rows = names.flatMap((name) => preferred.get(name) ?? []).map(rowOf)
  return alignColumns([HEADER, ...rows], TABLE_COLUMNS)
}

function rowOf({ group, version, resource, shortNames, namespaced, kind }: DiscoveredResource): string[] {
  const apiVersion = group === '' ? version : `${group}/${version}`
  return [resource, shortNames.join(','), apiVersion, String(namespaced), kind]
}
