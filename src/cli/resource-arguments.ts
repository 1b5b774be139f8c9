/** `TYPE`, `TYPE NAME…`, `TYPE,TYPE`, `TYPE/NAME …`: what a command is about (cli-runtime/pkg/resource/builder.go). */
import type { Command } from 'commander'
import type { DiscoveredResource, Discovery } from '../client/index.ts'
import { formatApiVersion, KeelsonError, type KubeObject } from '../machinery/index.ts'
import { usageError } from './usage-error.ts'

export interface Target {
  readonly resource: DiscoveredResource
  /** Absent: all of them. */
  readonly name?: string
}

export async function parseTargets(args: readonly string[], discovery: Discovery, command: Command): Promise<Target[]> {
  const [types, ...names] = args
  if (types === undefined) {
    const remedy = 'Use "keelson api-resources" for a complete list of supported resources.'
    throw usageError(command, `You must specify the type of resource to ${command.name()}. ${remedy}`)
  }
  if (args.some((arg) => arg.includes('/'))) return pairs(args, discovery, command)
  const targets: Target[] = []
  for (const type of types.split(',')) {
    for (const resource of await resolve(type, discovery)) {
      if (names.length === 0) targets.push({ resource })
      else for (const name of names) targets.push({ resource, name })
    }
  }
  return targets
}

async function pairs(args: readonly string[], discovery: Discovery, command: Command): Promise<Target[]> {
  const targets: Target[] = []
  for (const arg of args) {
    const [type = '', name = '', ...rest] = arg.split('/')
    if (type === '' || name === '' || rest.length > 0) {
      const text = arg.includes('/')
        ? 'arguments in resource/name form must have a single resource and name'
        : `there is no need to specify a resource type as a separate argument when passing arguments in resource/name form`
      throw usageError(command, text)
    }
    const [resource] = await resolve(type, discovery)
    if (resource !== undefined) targets.push({ resource, name })
  }
  return targets
}

async function resolve(type: string, discovery: Discovery): Promise<readonly DiscoveredResource[]> {
  const found = await discovery.mapResource(type)
  if (found.length > 0) return found
  const message = `the server doesn't have a resource type "${type.split('.')[0]}"`
  throw new KeelsonError(message, 'see which the workspace has: keelson api-resources')
}

/** `configmap`, `widget.example.com`: how kubectl writes a kind before a name. */
export function kindText({ group, singular, kind }: DiscoveredResource): string {
  const name = singular === '' ? kind.toLowerCase() : singular
  return group === '' ? name : `${name}.${group}`
}

/** Items of a list of built-in kinds carry neither apiVersion nor kind. */
export function withKind(resource: DiscoveredResource, item: KubeObject): KubeObject {
  const { apiVersion = formatApiVersion(resource), kind = resource.kind, ...rest } = item as Partial<KubeObject>
  return { apiVersion, kind, ...rest } as KubeObject
}
