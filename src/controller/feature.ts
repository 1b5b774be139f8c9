/** What a feature room brings into a process: its kinds, and the controllers that move them. */
import type { Client, ResourceRef } from '../client/index.ts'
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

/** Whoever acts for a feature in the server's process, and with which rights. */
export interface Actor {
  /** As upstream names it where there is such a controller: `namespace-controller`. */
  readonly name: string
  /** Groups of its user besides `system:authenticated`. */
  readonly groups?: readonly string[]
  /** All that it may do, in each logical cluster that it works in. */
  readonly rules: readonly PolicyRule[]
}

export interface ControllerDefinition extends Actor {
  /** Disposing stops it and waits for what runs. */
  readonly start: (environment: ControllerEnvironment) => AsyncDisposable
}

export interface AnswerContext {
  /** In the request's logical cluster, as the answer's own identity. */
  readonly client: Client
  /** Of the object whose subresource is created; empty for a kind that is answered itself. */
  readonly name: string
  readonly dryRun: boolean
  /** Whether whoever asks may do this in the logical cluster. */
  readonly permits: (
    verb: string,
    resource: { readonly group: string; readonly resource: string; readonly name: string },
  ) => Promise<boolean>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly signal: AbortSignal
}

/** A create that is answered and stores nothing, as SubjectAccessReview's and TokenRequest's are. */
export interface AnswerDefinition extends Actor {
  /** One of the feature's kinds. */
  readonly resource: ResourceRef
  /** Absent: the kind itself is never stored, and can only be created. */
  readonly subresource?: {
    readonly name: string
    /** Of what is sent to it. */
    readonly kind: { readonly group: string; readonly version: string; readonly kind: string }
  }
  /** Who asks may create it: RBAC has been asked. What it throws is the answer, too. */
  readonly answer: (asked: KubeObject, context: AnswerContext) => Promise<KubeObject>
}

export interface Feature {
  /** CustomResourceDefinitions of its kinds. */
  readonly apis: readonly KubeObject[]
  readonly controllers: readonly ControllerDefinition[]
  /** Nobody waits for what its controllers do: they give way to others at once, not only where they go on. */
  readonly housekeeping?: boolean
  readonly answers?: readonly AnswerDefinition[]
}

/** All that act for features, for the server's policy. */
export function actorsOf(features: readonly Feature[]): Actor[] {
  return features.flatMap(({ controllers, answers = [] }) => [...controllers, ...answers])
}

/**
 * The user that a controller of this process acts as. It is no service account: whoever may write one in a workspace of
 * theirs could otherwise become it.
 */
export function controllerUser({ name, groups = [] }: Actor): UserInfo {
  return { username: `system:controller:${name}`, groups: [...groups, 'system:authenticated'] }
}
