/**
 * A ResourceDefinition says everything the handlers need to serve one version of one resource. A built-in type, a CRD, a
 * bound API and a kind of ours are each such a value, served by the same handlers; there is no second way to serve a type.
 */
import type {
  JsonObject,
  KubeObject,
  StatusCause,
  StatusError,
  StructuralSchema,
  UserInfo,
} from '../machinery/index.ts'
import type { Operation, Precondition, Store } from '../storage/index.ts'
import type { Admission } from './admission/chain.ts'
import type { ConversionWebhook } from './apiextensions/conversion.ts'
import type { RowConverter } from './apiextensions/converting-reader.ts'
import type { TokenIssuer } from './authentication/token-issuer.ts'
import type { RoleChange } from './authorization/role-admission.ts'
import type { ClusterAuthority } from './endpoints/cluster-authority.ts'
import type { Expiry } from './expiry/expiries.ts'
import type { LogicalClusterRecord } from './logical-cluster.ts'
import type { Quotas } from './quota/quotas.ts'

export type Verb = 'create' | 'get' | 'list' | 'watch' | 'update' | 'patch' | 'delete' | 'deletecollection'

export const ALL_VERBS: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
]
/** Kinds that are asked and answered, never stored: reviews. */
export const CREATE_ONLY: readonly Verb[] = ['create']

export interface ResourceNames {
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly listKind: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
}

/** apiextensions.k8s.io/v1 CustomResourceColumnDefinition; built-in kinds compute `cell` instead of a JSONPath. */
export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly format?: string
  readonly description?: string
  /** 0 is shown always, more only with -o wide. */
  readonly priority?: number
  readonly jsonPath?: string
  readonly cell?: (object: KubeObject, now: number) => string | number | boolean | null
}

export interface Subresource {
  readonly verbs: readonly Verb[]
  /** Another kind than the resource's own (autoscaling/v1 Scale, authentication.k8s.io/v1 TokenRequest). */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string }
  /** `status`: the generic handlers replace `.status` alone. `custom`: an update goes to `update`, a create to `create`. */
  readonly type: 'status' | 'custom'
  /** Of a `status` whose writes change labels, annotations and the like, too: upstream's strategy puts the spec back alone. */
  readonly writesMetadata?: boolean
  /** Another shape than the object's own (Scale): what GET answers, what a PATCH is applied to, and what a write returns. */
  readonly read?: (stored: KubeObject) => KubeObject
  /** Merges what the client sent into the stored object (PUT and PATCH of a custom subresource). */
  readonly update?: (submitted: KubeObject, stored: KubeObject, context: OperationContext) => KubeObject
  readonly create?: (submitted: KubeObject, context: OperationContext) => Promise<KubeObject>
  /** Of a Scale: the fields that lead to what its spec.replicas is in the object; it can be applied, then. */
  readonly replicasPath?: readonly string[]
  /** What is sent to `create`: an object of another kind, which is conformed as any other. */
  readonly submitted?: ResourceDefinition
}

/** What a hook may know about the request it serves. */
export interface OperationContext {
  readonly user: UserInfo
  /** The logical cluster's name, never a path. */
  readonly cluster: string
  readonly namespace: string
  readonly name: string
  /** The subresource that is written (`status`, `finalize`, …); absent or empty for the object itself. */
  readonly subresource?: string
  readonly dryRun: boolean
  /** Who comes to own the fields that the write changes; absent when that has been settled already. */
  readonly fieldManager?: string
  /** What the client sent along, for webhooks and policies; absent for what the server does by itself. */
  readonly request?: SentRequest
  readonly services: Services
  readonly signal: AbortSignal
}

/** What a validation may know. */
export type JudgedContext = Pick<OperationContext, 'cluster' | 'subresource'>

export interface SentRequest {
  readonly query: URLSearchParams
  /** Collects texts for Warning headers. */
  readonly warnings: string[]
  /** The body of a delete. */
  readonly deleteOptions?: JsonObject
}

/** Further rows of the same commit, and what must hold for it. */
export interface CommitPart {
  readonly operations: readonly Operation[]
  readonly preconditions: readonly Precondition[]
  /** What to answer when one of these preconditions fails; without an answer the write is tried again from the start. */
  readonly refused?: (failed: number) => StatusError | undefined
}

export type Change =
  | { readonly type: 'create'; readonly object: KubeObject }
  | { readonly type: 'update'; readonly object: KubeObject; readonly old: KubeObject; readonly subresource: string }
  | { readonly type: 'delete'; readonly old: KubeObject }

/** The hooks of a kind, in the order in which a write runs them (upstream's rest.RESTCreateStrategy and friends). */
export interface Strategy {
  /** Fields the server owns: drop what a client may not set, set what a new object must have, apply defaults. */
  readonly prepareForCreate?: (object: KubeObject, context: OperationContext) => void
  readonly prepareForUpdate?: (object: KubeObject, old: KubeObject, context: OperationContext) => void
  /** What the server sets or puts back once the fields that a write names have their owners: upstream's field managers see a
   *  write before its strategy does. `old` is undefined for a create. */
  readonly settle?: (object: KubeObject, old: KubeObject | undefined, context: OperationContext) => void
  /** The first delete: the object as it stays while finalizers hold it, its deletionTimestamp set. Runs before they are
   *  looked at, and may add one. */
  readonly prepareForDelete?: (object: KubeObject, context: OperationContext) => void
  /** May read and refuse (throws a StatusError) and may still change the object: upstream's admission. Not run for dry
   *  parts of a patch; runs once per attempt. */
  readonly admit?: (change: Change, context: OperationContext) => Promise<void>
  /** Pure: of a large object it is asked on another thread. */
  readonly validate?: (object: KubeObject, context: JudgedContext) => readonly StatusCause[]
  readonly validateUpdate?: (object: KubeObject, old: KubeObject, context: JudgedContext) => readonly StatusCause[]
  /** What to tell whoever wrote a valid object, in Warning headers; `old` is undefined for a create. */
  readonly warn?: (object: KubeObject, old: KubeObject | undefined, context: JudgedContext) => readonly string[]
  /** What the server makes of an object that has been written, as upstream's own controllers do a moment later: in the same
   *  commit, a change of its own. Undefined where nothing follows; `object` itself stays as it is. */
  readonly follow?: (object: KubeObject, context: OperationContext) => Promise<KubeObject | undefined>
  /** The same for other objects of the kind, as they are after the change. */
  readonly followOthers?: (change: Change, context: OperationContext) => Promise<readonly KubeObject[]>
  /** Rows that belong to the same commit. */
  readonly commit?: (change: Change, context: OperationContext) => Promise<CommitPart>
  /** Of objects that go by themselves. */
  readonly expiry?: Expiry
  /** Serves a create without storing anything (reviews). */
  readonly answer?: (object: KubeObject, context: OperationContext) => Promise<KubeObject>
  /** Objects that exist without a row until their first change: a pure function of the logical cluster and namespace, their
   *  names always the same. */
  readonly virtual?: (scope: VirtualScope) => readonly KubeObject[]
  /** One of these that is deleted comes back as another object, with a uid of its own. */
  readonly renewed?: boolean
}

/** Rows that are another resource's: events.k8s.io's events are core's, read and written in both groups. */
export interface StoredForm {
  /** Whose rows: keys, headers and schema are this definition's. */
  readonly definition: ResourceDefinition
  readonly toStored: (object: KubeObject) => KubeObject
  readonly fromStored: (object: KubeObject) => KubeObject
  /** Selectable fields by their name here: what they are called there. */
  readonly fields: Readonly<Record<string, string>>
}

export interface VirtualScope {
  readonly cluster: string
  /** Of the LogicalCluster: what virtual objects take their times and versions from. */
  readonly creationTimestamp: string
  /** The namespace to compute for; empty for cluster-scoped kinds. */
  readonly namespace: string
  /** PEM; what `kube-root-ca.crt` holds. */
  readonly rootCertificate: string
}

export interface ResourceDefinition {
  readonly group: string
  /** The version that this definition serves; a resource with several versions is several definitions. */
  readonly version: string
  /** The version that rows are written in. */
  readonly storageVersion: string
  readonly names: ResourceNames
  readonly namespaced: boolean
  /** Storage identity: `builtin`, `customresources`, or the hash of the APIExport that the resource comes from. */
  readonly identity: string
  readonly verbs: readonly Verb[]
  readonly subresources: Readonly<Record<string, Subresource>>
  /** Parsed openAPIV3Schema; undefined only for a CRD that preserves everything. */
  readonly schema: StructuralSchema | undefined
  /** The openAPIV3Schema it was parsed from, for OpenAPI documents. */
  readonly openAPIV3Schema: JsonObject | undefined
  /** hashSchema of openAPIV3Schema: rows written under another hash take the slow path (prune, default) when read. */
  readonly schemaHash: string
  readonly columns: readonly PrinterColumn[]
  /** Field paths, without the leading dot, that field selectors may name besides metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[]
  /** Of those that are no fields of the object: their values. */
  readonly computedFields?: Readonly<Record<string, (object: KubeObject) => string>>
  /** How a name must look. */
  readonly nameRule: 'DNS1123Subdomain' | 'DNS1123Label' | 'PathSegment'
  /** Whether metadata.generation counts changes of everything but metadata and status. */
  readonly generation: boolean
  /** Strategic merge patch and protobuf bodies are for built-in kinds alone (415 otherwise), as upstream. */
  readonly builtIn: boolean
  /** Of a kind that upstream keeps in Go structs, whose decoder vouches for the types: puts an object into the form that they
   *  are printed in. Any other kind is held to its schema. */
  readonly printAsGo?: (object: KubeObject) => void
  /** What is left of it once it has been stored. */
  readonly printStored?: (object: KubeObject) => void
  /** An update without metadata.resourceVersion is refused (upstream's AllowUnconditionalUpdate = false). */
  readonly requiresResourceVersion?: boolean
  /** A deletion is answered with the object that is no more (upstream's ReturnDeletedObject). */
  readonly returnsDeleted?: boolean
  /** A PUT of an absent name creates it (upstream's AllowCreateOnUpdate). */
  readonly createOnUpdate?: boolean
  readonly strategy: Strategy
  /** Rows kept under another prefix than /<group>/<resource>/<identity>/: an index served as a resource. */
  readonly rowPrefix?: string
  /** The rows of another definition, served in this one's form. */
  readonly storedForm?: StoredForm
  /** `https://host:port`: fields `URL` and `url` that begin with it are stored without it and given back with the current one. */
  readonly externalURL?: () => string
  /** Served, but not in discovery: for the system's own controllers. */
  readonly hidden?: boolean
  readonly deprecationWarning?: string
  /** The definition that rows are written by, where that is another version's and only the apiVersion is converted. */
  readonly stored?: () => ResourceDefinition | undefined
  /** How objects of other versions become this one's, where more than their apiVersion changes. */
  readonly conversion?: ConversionWebhook
}

/** What hooks and handlers share: one value per server process. */
export interface Services {
  readonly store: Store
  readonly definitionsOf: (cluster: string) => Promise<DefinitionSet>
  /** A LogicalCluster, kept computed: its object is shared and must not be changed. */
  readonly logicalClusterOf: (cluster: string) => Promise<LogicalClusterRecord | undefined>
  /** Reads an object as the server sees it, virtual ones included; undefined when absent. */
  readonly read: (
    definition: ResourceDefinition,
    cluster: string,
    namespace: string,
    name: string,
  ) => Promise<KubeObject | undefined>
  /** All objects of a resource in one logical cluster (namespace '' = all). For small collections. */
  readonly readAll: (definition: ResourceDefinition, cluster: string, namespace: string) => Promise<KubeObject[]>
  /** `https://host:port` that clients reach this server at, without a path. */
  readonly externalURL: () => string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Whether RBAC of a logical cluster allows it, whoever may enter there: kcp's deep SubjectAccessReview. */
  readonly permits: (
    user: UserInfo,
    verb: string,
    resource: {
      readonly cluster: string
      readonly group: string
      readonly resource: string
      readonly name: string
      readonly namespace?: string
    },
  ) => Promise<boolean>
  /** The 403 to answer to a write of a role or binding that would grant more than its writer holds. */
  readonly refuseEscalation: (change: RoleChange) => Promise<StatusError | undefined>
  readonly quotas: Quotas
  /** Whom the clients of a logical cluster trust, and who signs for them. */
  readonly authorityOf: (cluster: string) => Promise<ClusterAuthority>
  /** Signs the tokens of service accounts. */
  readonly tokens: TokenIssuer
  /** The webhooks and policies of logical clusters. */
  readonly admission: Admission
  readonly convert: RowConverter
  readonly random: { readonly uid: () => string; readonly suffix: () => string }
}

/** What one logical cluster serves. Shared between clusters that serve the same. */
export interface DefinitionSet {
  readonly all: readonly ResourceDefinition[]
  readonly find: (group: string, version: string, plural: string) => ResourceDefinition | undefined
  readonly findKind: (group: string, version: string, kind: string) => ResourceDefinition | undefined
  /** The preferred served version of a resource, whatever version is asked for. */
  readonly findResource: (group: string, plural: string) => ResourceDefinition | undefined
}
