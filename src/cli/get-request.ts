import type { DiscoveredResource, ListOptions } from '../client/index.ts'
import { isStatus, StatusError } from '../machinery/index.ts'
import type { Connection, ConnectionOptions } from './connection.ts'
import type { Environment } from './environment.ts'
import type { OutputFormat } from './output-format.ts'
import type { Target } from './resource-arguments.ts'

export interface GetOptions extends ConnectionOptions {
  readonly output?: string
  readonly allNamespaces?: boolean
  readonly selector?: string
  readonly fieldSelector?: string
  readonly watch?: boolean
  /** `--no-headers`: commander stores it under the name without `no-`. */
  readonly headers: boolean
  readonly showLabels?: boolean
  readonly showManagedFields?: boolean
  readonly ignoreNotFound?: boolean
}

/** Targets of one resource: all of it, or some names. */
export interface GetRequest {
  readonly resource: DiscoveredResource
  readonly names: readonly string[]
}

/** What every part of one `get` needs. */
export interface GetContext {
  readonly connection: Connection
  readonly options: GetOptions
  readonly format: OutputFormat
  readonly environment: Environment
  readonly report: (error: unknown) => void
}

export function groupTargets(targets: readonly Target[]): GetRequest[] {
  const requests: { resource: DiscoveredResource; names: string[] }[] = []
  for (const { resource, name } of targets) {
    const last = requests.at(-1)
    if (last?.resource === resource && name !== undefined && last.names.length > 0) last.names.push(name)
    else requests.push({ resource, names: name === undefined ? [] : [name] })
  }
  return requests
}

export type Scope = Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector' | 'signal'>

export function scopeOf({ options, connection, environment }: GetContext): Scope {
  return {
    ...(options.allNamespaces === true ? {} : { namespace: connection.namespace }),
    ...(options.selector === undefined ? {} : { labelSelector: options.selector }),
    ...(options.fieldSelector === undefined ? {} : { fieldSelector: options.fieldSelector }),
    signal: environment.signal,
  }
}

/** What is read one by one or listed; a failure is reported and ends only what it is about. */
export async function* read<T>(
  { resource, names }: GetRequest,
  { options, report }: GetContext,
  scope: Scope,
  one: (name: string) => Promise<T>,
  all: () => AsyncIterable<T>,
): AsyncGenerator<T> {
  const tolerate = (error: unknown) => {
    if (!(options.ignoreNotFound === true && isStatus(error, 'NotFound'))) report(error)
  }
  for (const name of names) {
    try {
      yield await one(name)
    } catch (error) {
      tolerate(error)
    }
  }
  if (names.length > 0) return
  try {
    yield* all()
  } catch (error) {
    tolerate(aboutScope(error, resource, scope))
  }
}

/** cli-runtime/pkg/resource/selector.go says what could not be listed, because the server's words leave it out. */
function aboutScope(error: unknown, resource: DiscoveredResource, { labelSelector = '', fieldSelector = '' }: Scope) {
  if (!isStatus(error, 'BadRequest')) return error
  const what = `"${resource.group}/${resource.version}, Resource=${resource.resource}"`
  const selected = `that match label selector "${labelSelector}", field selector "${fieldSelector}"`
  const everything = labelSelector === '' && fieldSelector === ''
  const start = everything ? `Unable to list ${what}` : `Unable to find ${what} ${selected}`
  return new StatusError({ ...error.status, message: `${start}: ${error.message}` })
}
