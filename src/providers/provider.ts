/**
 * The contract of a cluster provider: what makes whole clusters for control centers and platforms (`simulated`, `logical`,
 * `kind`, `existing`, `local`, clouds). It is not Cluster API's contract of infrastructure objects.
 *
 * A provider remembers nothing. Each call asks the world, and everything it makes is found again from the world alone: by
 * owner tag (`list`) or by its deterministic name (`observe`). Hence a process may be killed between any two instructions,
 * and two processes may work at once.
 *
 * - Every call that waits takes an AbortSignal. When it aborts, the call rejects with `signal.reason` and leaves a state
 *   from which the same call, made again by anyone, goes on.
 * - Every other failure is a ProviderError (provider-error.ts) and its `reason` says which.
 * - Calls that change a cluster name it by `externalID`, say on whose behalf (the `ownerTag` of the intent or operation), and
 *   check the tag in the world before they touch anything: a cluster with another tag, or none, is left alone with `conflict`.
 */
import type { ClusterIdentity } from './identity.ts'
import type { Sensitive } from './sensitive.ts'

/** The fields of a cluster that a provider may or may not honour, by their path in a ControlCenter or Platform. */
export type SpecField = 'spec.version' | 'spec.topology.controlPlane' | 'spec.topology.pools'

/** What the cluster shall be, or is. A field that is absent is not asked for, or is not known. */
export interface ClusterSpec {
  /** A Kubernetes version with its `v`: `v1.35.4`. */
  version?: string
  topology?: {
    controlPlane?: { replicas: number }
    /** Worker pools by name. `type` is the provider's word for a machine size. An empty list asks for no workers. */
    pools?: { name: string; replicas: number; type?: string }[]
  }
}

/** The marks that everything made or adopted carries: labels, tags or annotations, whatever the world has. See tags.ts. */
export interface OwnershipMarks {
  /** `keelson-owner`: the owner tag of the ClusterProvider object, e.g. `org-a`. */
  ownerTag: string
  /** `keelson-id`: which object this is the cluster of. */
  identity: ClusterIdentity
  /** `keelson-manifest-digest`: of the manifest that the cluster was last brought in line with, e.g. `sha256:9f2c…`. */
  manifestDigest: string
  /** `keelson-run`: the run that wrote last. */
  run: string
}

/** All a provider is told of a cluster that shall be. */
export interface ClusterIntent extends OwnershipMarks {
  /** As externalNameOf(identity) gives it, unless the manifest names one. */
  externalName: string
  spec: ClusterSpec
}

/**
 * - `building`: created but not finished, whether or not anybody is at it. `create` with the same intent goes on.
 * - `ready`: its API answers.
 * - `failed`: it was begun and will not become ready by waiting.
 * - `deleting`: on its way out; it cannot be stopped.
 * - `stopped`: complete and switched off; `start` brings it back.
 * - `unreachable`: the provider knows that it exists, but cannot see in what state.
 */
export type ClusterState = 'building' | 'ready' | 'failed' | 'deleting' | 'stopped' | 'unreachable'

/** Facts of where the API is; never a credential. */
export interface ClusterEndpoint {
  host: string
  port: number
  /** `sha256:` and 64 hex digits: of the DER form of the certificate authority that signs the endpoint's certificate. */
  caFingerprint: string
}

export interface ObservedCluster {
  found: true
  /**
   * The provider's own name for this very cluster, `<type>://…`. It names one incarnation: what is created later under the
   * same external name has another, so a late `delete` never hits a successor.
   */
  externalID: string
  externalName: string
  state: ClusterState
  /** The value of `keelson-owner`; undefined where the cluster is not tagged. Whose it is, ownershipOf() says. */
  ownerTag?: string
  /** From `keelson-id`; undefined where the tag is missing or is not one of ours. */
  identity?: ClusterIdentity
  /** From `keelson-manifest-digest`. */
  manifestDigest?: string
  /** From `keelson-run`. */
  run?: string
  /** As the world has it now, not as it was asked for. What cannot be read is absent. */
  spec: ClusterSpec
  /** Present as soon as it is known, in any state. */
  endpoint?: ClusterEndpoint
  /** One line for people: what it waits for, or why it failed. Empty when there is nothing to say. */
  message: string
}

/** Absent means that the world was asked and answered that there is nothing by this name. */
export type Observation = ObservedCluster | { found: false }

/** What a long operation is at. `done` of `total` steps, where they can be counted. */
export interface Progress {
  /** A short stable word: `pulling-image`, `starting-nodes`. */
  phase: string
  message: string
  done?: number
  total?: number
}

/** How a call is made that may take long. */
export interface Waiting {
  signal: AbortSignal
  /** Called at least once before the first wait; it must not throw. */
  onProgress?: (progress: Progress) => void
}

/** How a call is made that touches a cluster of ours. */
export interface Operation extends Waiting {
  /** On whose behalf: the cluster must carry this tag, or the call fails with `conflict`. */
  ownerTag: string
}

/** `refused`: the provider cannot honour the field. `immutable`: at creation only. `mutable`: also by update in place. */
export type FieldSupport = 'refused' | 'immutable' | 'mutable'

export interface Capabilities {
  fields: Readonly<Record<SpecField, FieldSupport>>
  /** Whether it makes clusters; where not (`existing`), `create` is refused and what is there can only be adopted. */
  create: boolean
  /** Where it makes none: what those are called that there are. */
  names?: readonly string[]
  /** What `delete` takes away: the cluster, or only our marks on it, for clusters that are not ours to end (`existing`). */
  delete: 'cluster' | 'marks'
  /** Whether clusters can be stopped, so that `start` has a meaning. */
  start: boolean
  /** Whether `update` may mend a failed cluster without building it anew. */
  repair: boolean
  /** Whether clusters that somebody else made can be tagged. */
  adopt: boolean
  /** What nodes a cluster has: `none` is an API without nodes; `pretended` ones run nothing. */
  nodes: 'none' | 'pretended' | 'real'
  /** Whether a ready cluster's endpoint answers as a Kubernetes API does. */
  api: boolean
  /** What every table and summary says of clusters of this type: `API only, no nodes`; `simulated, no real cluster`. */
  notice: string
  /** Seconds. issueAccess refuses a lifetime outside of them. */
  accessTTL: { min: number; max: number }
}

/** One thing that creating a cluster would change on the machine that runs the provider. */
export interface HostChange {
  kind: 'file' | 'container' | 'network' | 'process' | 'port' | 'mount' | 'setting'
  /** What exactly: a path, a container's name, a port. */
  what: string
  needsRoot: boolean
  /** Whether `delete` takes it back. */
  undoneByDelete: boolean
}

export interface Access {
  /** A complete kubeconfig (YAML). It is printed, logged and serialised as `[redacted]`; reveal() gives the text. */
  kubeconfig: Sensitive
  /** RFC 3339, UTC. After this the credential no longer works. */
  expiresAt: string
}

export interface ClusterProvider {
  /** The `spec.type` of ClusterProvider objects: `simulated`, `kind`, … */
  readonly type: string

  /** What it can do, without asking the world. `refusedFields(spec, capabilities)` names what of a spec it cannot honour. */
  capabilities(): Capabilities

  /**
   * Every cluster that carries `keelson-owner: ownerTag`, in whatever state, half-built and deleting ones too. The answer is
   * complete, or the call fails: a cluster that cannot be looked into is in the list as `unreachable`.
   *
   * Errors: `unreachable`.
   */
  list(ownerTag: string, signal: AbortSignal): Promise<ObservedCluster[]>

  /**
   * What is there by this name, whoever made it.
   *
   * Errors: `unreachable` when the world does not answer. That is never reported as absent.
   */
  observe(externalName: string, signal: AbortSignal): Promise<Observation>

  /**
   * Makes the cluster and waits until it is ready. The marks are written with the first thing that is made. It is safe to
   * repeat: a cluster of ours by this name that is building is gone on with as it was begun, one that is ready is returned
   * as it is (`update` brings either in line), and however many callers there are, there is one cluster.
   *
   * Errors: `refused` (fields are named; or the cluster is stopped or being deleted; nothing was changed), `conflict` (the
   * name is someone else's, untagged, or of another identity), `failed` (with the last log lines), `unreachable`. After
   * any error the cluster may exist all the same: observe it before saying that it does not.
   */
  create(intent: ClusterIntent, waiting: Waiting): Promise<ObservedCluster>

  /**
   * Brings a ready cluster in line with `intent.spec` in place and then writes the marks, digest last; fields that the
   * intent leaves out are left alone. A failed cluster is mended where capabilities().repair says so. Repeating is safe.
   *
   * Errors: `gone`, `conflict`, `refused` (an immutable field differs, named; nothing was changed), `failed`, `unreachable`.
   */
  update(externalID: string, intent: ClusterIntent, waiting: Waiting): Promise<ObservedCluster>

  /**
   * Starts a stopped cluster and waits until it is ready; a ready one is returned as it is.
   *
   * Errors: `gone`, `conflict`, `refused` (no such capability, or the cluster is neither stopped nor ready), `failed`,
   * `unreachable`.
   */
  start(externalID: string, operation: Operation): Promise<ObservedCluster>

  /**
   * Writes our marks on a cluster that has none, or, with `from`, on one that carries exactly that owner tag. Nothing else
   * of the cluster is changed. One that is already marked so is returned as it is.
   *
   * Errors: `gone`, `conflict` (it carries another tag than `from`), `refused` (no such capability), `unreachable`.
   */
  adopt(
    externalID: string,
    marks: OwnershipMarks,
    options: { signal: AbortSignal; from?: string },
  ): Promise<ObservedCluster>

  /**
   * Takes our marks off and leaves the cluster as it is (`deletionPolicy: Orphan`): from then on it is untagged, and no list
   * or prune of ours finds it. One that is gone, or has no marks, is a success.
   *
   * Errors: `conflict` (it carries another tag), `refused` (capabilities().adopt is false), `unreachable`.
   */
  release(externalID: string, operation: Operation): Promise<void>

  /**
   * Deletes the cluster, in whatever state, and waits until it is gone. A half-built one is stopped first; one that is
   * deleting is waited for; one that is gone already is a success.
   *
   * Errors: `conflict` (not tagged as ours), `failed`, `unreachable`.
   */
  delete(externalID: string, operation: Operation): Promise<void>

  /**
   * A credential of its own with a lifetime in seconds, made for this call and kept nowhere.
   *
   * Errors: `gone`, `conflict`, `refused` (a lifetime outside capabilities().accessTTL; the cluster is not ready),
   * `unreachable`.
   */
  issueAccess(externalID: string, ttlSeconds: number, operation: Operation): Promise<Access>

  /**
   * Calls `changed` whenever the cluster of this name may have changed, and whenever the world has come or gone; of the empty name
   * only that. For whoever would look again and again else. Left out where nobody tells.
   */
  follow?(externalName: string, changed: () => void): Disposable

  /** What `create(intent)` would change on this machine. Empty where everything happens elsewhere. Changes nothing. */
  hostChanges(intent: ClusterIntent, signal: AbortSignal): Promise<HostChange[]>
}
