/** From manifests to D: each held to its schema, then all of them to each other. */
import { KeelsonError, parseDuration, type Result } from '../../machinery/index.ts'
import { type ClusterProvider, isProviderError, type KindSettings, refusedFields } from '../../providers/index.ts'
import {
  type ConfiguredProvider,
  clusterFields,
  type Desired,
  type DesiredCluster,
  dependenciesOf,
  desiredCluster,
  digestOf,
  type Scope,
} from './desired.ts'
import { addressOf, type ManifestSource, type Problem, problem } from './manifest.ts'
import { checkManifest } from './schemas.ts'

/** The spec of a ClusterProvider object, defaults applied. */
export interface ClusterProviderSpec {
  readonly type: string
  readonly ownerTag: string
  readonly limits: { readonly parallel: number; readonly createTimeout: string }
  readonly simulated?: { readonly folder: string }
  readonly kind?: KindSettings
  readonly existing?: {
    readonly clusters: readonly {
      readonly name: string
      readonly kubeconfig: {
        readonly file?: string
        readonly secretRef?: { readonly namespace: string; readonly name: string; readonly key: string }
        readonly context?: string
      }
    }[]
  }
}

/** Makes the provider that a ClusterProvider object describes; throws a KeelsonError where its configuration lacks something. */
export type ProviderTypes = Readonly<Record<string, (spec: ClusterProviderSpec, scope: Scope) => ClusterProvider>>

/** What keeps a ClusterProvider object from being used. */
export type ProviderFault = Pick<Problem, 'field' | 'message' | 'remedy'>

/** Makes the provider of an object that holds to its schema. */
export type OpenProvider = (object: ManifestSource['object']) => Result<ClusterProvider, readonly ProviderFault[]>

export interface ReadOptions {
  readonly scope: Scope
  readonly open: OpenProvider
  /** Addresses that manifests may name besides each other. */
  readonly known?: readonly string[]
  /** There is no server that could publish anything. */
  readonly withoutServer?: boolean
  /** Objects of other kinds that belong to what is wanted: a plan that was made beside others is stale. */
  readonly beside?: readonly ManifestSource['object'][]
}

/** Types with a field of a ClusterProvider for themselves. */
const WITH_SETTINGS: ReadonlySet<string> = new Set(['simulated', 'existing', 'kind'])

/** Of the types of this process. */
export function opening(types: ProviderTypes, scope: Scope): OpenProvider {
  return ({ spec }) => {
    const { type } = spec as ClusterProviderSpec
    // Nothing of Object's own is a type.
    const make = Object.hasOwn(types, type) ? types[type] : undefined
    if (make === undefined) {
      const remedy = `use one of the types that there are: ${Object.keys(types).sort().join(', ')}`
      return { ok: false, error: [{ field: 'spec.type', message: `unknown provider type "${type}"`, remedy }] }
    }
    try {
      return { ok: true, value: make(spec as ClusterProviderSpec, scope) }
    } catch (error) {
      if (!(error instanceof KeelsonError) && !isProviderError(error)) throw error
      const remedy = error instanceof KeelsonError ? error.remedy : 'see to it that the provider can be reached'
      const field = WITH_SETTINGS.has(type) ? `spec.${type}` : 'spec.type'
      return { ok: false, error: [{ field, message: error.message, remedy }] }
    }
  }
}

/** A Secret is written by controllers, into a workspace. */
function unpublished(source: ManifestSource): Problem[] {
  const { publish = {} } = clusterFields({ ...source.object, spec: source.object.spec ?? {} }).access ?? {}
  return (['argocd', 'capiSecret'] as const)
    .filter((field) => publish[field] === true)
    .map((field) =>
      problem(source, `spec.access.publish.${field}`, 'needs a server', 'leave it out, or apply without --local'),
    )
}

/** All mistakes at once, in the order of files and lines. */
export function readDesired(manifests: readonly ManifestSource[], options: ReadOptions): Result<Desired, Problem[]> {
  const checked = manifests.map(checkManifest)
  const problems = checked.flatMap((each) => each.problems)
  problems.push(...duplicates(manifests))
  if (options.withoutServer === true) problems.push(...manifests.flatMap(unpublished))
  // What does not hold to its schema cannot be read any further; the others can.
  const sources = checked.filter((each) => each.problems.length === 0).map(({ source }) => source)
  const { providers, problems: ofProviders } = readProviders(sources, options.open)
  const clusterSources = sources.filter(({ object }) => object.kind === 'ControlCenter' || object.kind === 'Platform')
  const clusters = clusterSources.map((source) => desiredCluster(source, options.scope))
  const listed = manifests.map(({ object }) => addressOf(object.kind, object.metadata.name ?? ''))
  const known = new Set([...listed, ...(options.known ?? [])])
  problems.push(...ofProviders)
  for (const cluster of clusters) problems.push(...referenceProblems(cluster, known, providers))
  problems.push(...cycles(clusters), ...sharedNames(clusters))
  if (problems.length > 0) return { ok: false, error: inOrder(problems) }
  const ordered = clusters.toSorted((a, b) => (a.address < b.address ? -1 : 1))
  const { scope, beside = [] } = options
  const objects = manifests.map(({ object }) => object)
  const digest = digestOf(beside.length === 0 ? [scope, objects] : [scope, objects, beside])
  return { ok: true, value: { scope, clusters: ordered, providers, digest } }
}

/** What a ClusterProvider object stands for. */
export function readProvider(object: ManifestSource, open: OpenProvider): Result<ConfiguredProvider, Problem[]> {
  const { source, problems: ofSchema } = checkManifest(object)
  if (ofSchema.length > 0) return { ok: false, error: ofSchema }
  const { providers, problems } = readProviders([source], open)
  return providers[0] === undefined ? { ok: false, error: problems } : { ok: true, value: providers[0] }
}

/** One object with its provider, for whoever looks after the references itself. */
export function readOne(
  object: ManifestSource,
  providerObject: ManifestSource,
  { scope, open }: ReadOptions,
): Result<{ cluster: DesiredCluster; configured: ConfiguredProvider }, Problem[]> {
  const { source, problems: ofSchema } = checkManifest(object)
  if (ofSchema.length > 0) return { ok: false, error: ofSchema }
  const provider = readProvider(providerObject, open)
  if (!provider.ok) return provider
  const configured = provider.value
  const cluster = desiredCluster(source, scope)
  const refused = capabilityProblems(cluster, configured)
  return refused.length > 0 ? { ok: false, error: refused } : { ok: true, value: { cluster, configured } }
}

function readProviders(
  sources: readonly ManifestSource[],
  open: OpenProvider,
): { providers: ConfiguredProvider[]; problems: Problem[] } {
  const providers: ConfiguredProvider[] = []
  const problems: Problem[] = []
  for (const source of sources.filter(({ object }) => object.kind === 'ClusterProvider')) {
    const { type, ownerTag, limits } = source.object.spec as ClusterProviderSpec
    const opened = open(source.object)
    if (!opened.ok) {
      problems.push(...opened.error.map(({ field, message, remedy }) => problem(source, field, message, remedy)))
      continue
    }
    const createTimeout = parseDuration(limits.createTimeout)
    if (createTimeout === undefined) {
      problems.push(problem(source, 'spec.limits.createTimeout', 'is no duration', 'write one such as 15m'))
      continue
    }
    const name = source.object.metadata.name ?? ''
    providers.push({ name, type, ownerTag, parallel: limits.parallel, createTimeout, provider: opened.value, source })
  }
  return { providers, problems }
}

function referenceProblems(
  cluster: DesiredCluster,
  known: ReadonlySet<string>,
  providers: readonly ConfiguredProvider[],
): Problem[] {
  const { provider: name, source } = cluster
  const problems: Problem[] = []
  if (!known.has(addressOf('ClusterProvider', name))) {
    const remedy = 'add a ClusterProvider of this name to the manifests, or correct the name'
    problems.push(problem(source, 'spec.providerRef.name', `ClusterProvider "${name}" is not in the manifests`, remedy))
  }
  for (const { address, field } of dependenciesOf(clusterFields(source.object))) {
    if (known.has(address)) continue
    const remedy = `add ${address} to the manifests, or correct the reference`
    problems.push(problem(source, field, `${address} is not in the manifests`, remedy))
  }
  const configured = providers.find((each) => each.name === name)
  return configured === undefined ? problems : [...problems, ...capabilityProblems(cluster, configured)]
}

/** What the provider cannot honour, by field. */
function capabilityProblems(
  { spec, accessTTL, externalName, source }: DesiredCluster,
  { type, provider }: ConfiguredProvider,
): Problem[] {
  const capabilities = provider.capabilities()
  const problems = refusedFields(type, spec, capabilities).map(({ field, message }) =>
    problem(source, field, message, `remove ${field}`),
  )
  const { names, create } = capabilities
  if (!create && names?.includes(externalName) !== true) {
    const message = `a cluster of type ${type} cannot be made: there is none called "${externalName}"`
    const remedy = `name one of those that its ClusterProvider lists: ${names?.join(', ') ?? ''}`
    problems.push(problem(source, 'spec.externalName', message, remedy))
  }
  const { min, max } = capabilities.accessTTL
  if (accessTTL < min || accessTTL > max) {
    const message = `a cluster of type ${type} issues credentials for ${min} to ${max} seconds`
    problems.push(problem(source, 'spec.access.ttl', message, 'choose a lifetime within'))
  }
  return problems
}

function duplicates(manifests: readonly ManifestSource[]): Problem[] {
  const first = new Map<string, ManifestSource>()
  return manifests.flatMap((source) => {
    const address = addressOf(source.object.kind, source.object.metadata.name ?? '')
    const before = first.get(address)
    if (before === undefined) {
      first.set(address, source)
      return []
    }
    const where = `${before.file}:${before.lineOf('metadata.name')}`
    return [problem(source, 'metadata.name', `${address} is in ${where} already`, 'remove or rename one of the two')]
  })
}

/** Two objects cannot have one cluster. */
function sharedNames(clusters: readonly DesiredCluster[]): Problem[] {
  const first = new Map<string, DesiredCluster>()
  return clusters.flatMap((cluster) => {
    const key = `${cluster.provider}/${cluster.externalName}`
    const before = first.get(key)
    first.set(key, before ?? cluster)
    if (before === undefined || before.address === cluster.address) return []
    const message = `"${cluster.externalName}" is the external name of ${before.address} already`
    return [problem(cluster.source, 'spec.externalName', message, 'give each its own, or leave it out')]
  })
}

function cycles(clusters: readonly DesiredCluster[]): Problem[] {
  const byAddress = new Map(clusters.map((cluster) => [cluster.address, cluster]))
  const settled = new Set<string>()
  const problems: Problem[] = []
  const visit = (cluster: DesiredCluster, way: readonly string[]): void => {
    const at = way.indexOf(cluster.address)
    if (at !== -1) {
      const cycle = [...way.slice(at), cluster.address].join(' -> ')
      const field = `spec.dependsOn`
      problems.push(problem(cluster.source, field, `cycle: ${cycle}`, 'take one of these references out'))
      return
    }
    if (settled.has(cluster.address)) return
    for (const address of cluster.dependsOn) {
      const next = byAddress.get(address)
      if (next !== undefined) visit(next, [...way, cluster.address])
    }
    settled.add(cluster.address)
  }
  for (const cluster of clusters) visit(cluster, [])
  return problems
}

function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1))
}
