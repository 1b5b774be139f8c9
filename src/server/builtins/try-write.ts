/** For tests: runs the hooks of a kind on an object as a write does, without a server around them. */
import type { KubeObject, StatusCause } from '../../machinery/index.ts'
import { keepStatus } from '../admission.ts'
import type { OperationContext, ResourceDefinition } from '../definition.ts'

export const NOW = Date.parse('2026-01-02T03:04:05Z')

export function contextFor(overrides: Partial<OperationContext> = {}): OperationContext {
  const services = { now: () => NOW } as OperationContext['services']
  return {
    user: { username: 'alice', groups: ['developers'] },
    cluster: 'c1',
    namespace: '',
    name: '',
    subresource: '',
    dryRun: false,
    services,
    signal: new AbortController().signal,
    ...overrides,
  }
}

export function objectOf(definition: ResourceDefinition, fields: Record<string, unknown> = {}): KubeObject {
  const { group, version, names, namespaced } = definition
  return {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind: names.kind,
    metadata: { name: 'test', ...(namespaced && { namespace: 'default' }) },
    ...structuredClone(fields),
  }
}

/** The object as it would be stored. */
export function prepared(definition: ResourceDefinition, fields: Record<string, unknown>): KubeObject {
  const object = objectOf(definition, fields)
  definition.printAsGo?.(object)
  definition.strategy.prepareForCreate?.(object, contextFor())
  definition.strategy.settle?.(object, undefined, contextFor())
  return object
}

function texts(causes: readonly StatusCause[] | undefined): string[] {
  return (causes ?? []).map(({ field, message }) => `${field}: ${message}`)
}

/** What is wrong with a new object, as `field: message`. */
export function faultsOf(definition: ResourceDefinition, fields: Record<string, unknown>): string[] {
  return texts(definition.strategy.validate?.(prepared(definition, fields), contextFor()))
}

/** The object after an update of what `old` was stored as, and what is wrong with it. */
export function updated(
  definition: ResourceDefinition,
  old: Record<string, unknown>,
  fields: Record<string, unknown>,
  subresource = '',
): { readonly object: KubeObject; readonly faults: string[] } {
  const stored = prepared(definition, old)
  const object = objectOf(definition, fields)
  const context = contextFor({ subresource })
  definition.printAsGo?.(object)
  keepStatus(definition, object, stored, subresource)
  definition.strategy.prepareForUpdate?.(object, stored, context)
  definition.strategy.settle?.(object, stored, context)
  return { object, faults: texts(definition.strategy.validateUpdate?.(object, stored, context)) }
}

/** What `kubectl get` shows, by heading. */
export function cellsOf(definition: ResourceDefinition, fields: Record<string, unknown>): Record<string, unknown> {
  const object = objectOf(definition, fields)
  return Object.fromEntries(definition.columns.map(({ name, cell }) => [name, cell?.(object, NOW)]))
}
