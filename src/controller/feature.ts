/** What a feature room brings into a process: its kinds, and the controllers that move them. */
import type { Client } from '../client/index.ts'
import type { KubeObject, UserInfo } from '../machinery/index.ts'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

/** rbac.authorization.k8s.io/v1 PolicyRule. */
export interface PolicyRule {
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
  readonly verbs: readonly string[]
}

export interface ControllerEnvironment {
  /** At the wildcard `*`, as the controller's own identity: `controllerUser(definition)`. */
  readonly client: Client
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

export interface ControllerDefinition {
  /** As upstream names it where there is such a controller: `namespace-controller`. */
  readonly name: string
  /** Groups of its user besides `system:authenticated`. */
  readonly groups?: readonly string[]
  /** All that it may do, in each logical cluster that it works in. */
  readonly rules: readonly PolicyRule[]
  /** Disposing stops it and waits for what runs. */
  readonly start: (environment: ControllerEnvironment) => AsyncDisposable
}

export interface Feature {
  /** CustomResourceDefinitions of its kinds. */
  readonly apis: readonly KubeObject[]
  readonly controllers: readonly ControllerDefinition[]
}

/**
 * The user that a controller of this process acts as. It is no service account: whoever may write one in a workspace of
 * theirs could otherwise become it.
 */
export function controllerUser({ name, groups = [] }: ControllerDefinition): UserInfo {
  return { username: `system:controller:${name}`, groups: [...groups, 'system:authenticated'] }
}
