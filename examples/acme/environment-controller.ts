/**
 * The platform team's controller. For each Environment, of whatever team, it keeps a Platform in the platform team's
 * workspace; the team finds endpoint and conditions in the status of its Environment, and a kubeconfig in a Secret in its own
 * workspace. It runs as the user `environment-controller`, whose rights stand in the manifests beside it.
 */
import * as sdk from 'keelson/controller'

type Status = { readonly conditions?: readonly sdk.ConditionLike[] }
type Environment = sdk.KubeObject & {
  spec: { purpose: string; region: string }
  status?: Status & { kubeconfigRef?: { expires: string } }
}
type Platform = sdk.KubeObject & { status?: Status & { endpoint?: { host: string; port: number } } }
type KubeconfigRequest = sdk.KubeObject & { status?: { kubeconfig: string; expirationTimestamp: string } }
type Workspace = sdk.KubeObject & { spec: { cluster?: string } }
type EndpointSlice = sdk.KubeObject & { status?: { endpoints?: { url: string }[] } }

const [PLATFORM_API, CLUSTER_SCOPED] = ['platform.keelson.dev/v1alpha1', { namespaced: false }]
const ENVIRONMENTS = sdk.resourceRef<Environment>('acme.example/v1', 'environments', CLUSTER_SCOPED)
const PLATFORMS = sdk.resourceRef<Platform>(PLATFORM_API, 'platforms', CLUSTER_SCOPED)
/** Create of the subresource `kubeconfig` of a Platform. */
const KUBECONFIGS = sdk.resourceRef<KubeconfigRequest>(PLATFORM_API, 'platforms', CLUSTER_SCOPED)
const WORKSPACES = sdk.resourceRef<Workspace>('tenancy.kcp.io/v1alpha1', 'workspaces', CLUSTER_SCOPED)
const SLICES = sdk.resourceRef<EndpointSlice>('apis.kcp.io/v1alpha1', 'apiexportendpointslices', CLUSTER_SCOPED)
const SECRETS = sdk.resourceRef('v1', 'secrets', { namespaced: true })

const FINALIZER = 'acme.example/environment'
/** On a Platform: the logical cluster and the name of the Environment that it is made for. */
const [CLUSTER_LABEL, NAME_LABEL] = ['acme.example/cluster', 'acme.example/environment']
/** The namespace of a team's workspace in which this controller may write Secrets. */
const namespace = 'environments'
const RENEW_BEFORE_MS = 6 * 60 * 60 * 1000

const config = sdk.loadKubeconfig({ env: process.env })
using transport = sdk.httpsTransport(config)
/** In the platform team's workspace. */
const home = sdk.createClient({ transport, cluster: new URL(config.server).pathname })

/** A team is known by its Workspace: nothing that a team writes says who it is. */
async function teamOf(cluster: string): Promise<string> {
  const { items } = await home.inCluster('root:acme').list(WORKSPACES)
  const team = items.find(({ spec }) => spec.cluster === cluster)?.metadata.name
  if (team === undefined) throw new Error(`logical cluster ${cluster} is no workspace of root:acme`)
  return team
}

async function reconcile({ cluster, name }: sdk.Request, { client, now }: sdk.ReconcileContext): Promise<sdk.Result> {
  const environment = await sdk.find(client, ENVIRONMENTS, name)
  if (environment === undefined) return undefined
  const { purpose, region } = environment.spec
  const platform = `${await teamOf(cluster)}-${name}`
  const labels = { [CLUSTER_LABEL]: cluster, [NAME_LABEL]: name, stage: purpose }
  const present = await sdk.find(home, PLATFORMS, platform)
  const { [CLUSTER_LABEL]: ofCluster, [NAME_LABEL]: ofName } = present?.metadata.labels ?? {}
  const isOthers = present !== undefined && (ofCluster !== cluster || ofName !== name)
  const report = async (ready: Omit<sdk.ConditionLike, 'type'>, facts: object = {}): Promise<undefined> => {
    const current = await sdk.find(client, ENVIRONMENTS, name)
    const conditions = sdk.setCondition(current?.status?.conditions ?? [], { type: 'Ready', ...ready }, now())
    if (current) await sdk.patchStatus(client, ENVIRONMENTS, current, { ...current.status, ...facts, conditions })
  }

  if (environment.metadata.deletionTimestamp !== undefined) {
    const isGone = present === undefined || isOthers
    if (isGone) return void (await sdk.removeFinalizer(client, ENVIRONMENTS, environment, FINALIZER))
    if (present.metadata.deletionTimestamp === undefined) await home.delete(PLATFORMS, platform)
    return report({ status: 'False', reason: 'Deleting', message: `waits until platform ${platform} is gone` })
  }
  const taken = `there is another platform ${platform}: choose another name`
  if (isOthers) return report({ status: 'False', reason: 'NameTaken', message: taken })
  await sdk.addFinalizer(client, ENVIRONMENTS, environment, FINALIZER)
  const metadata = { name: platform, labels }
  const spec = { controlCenterRef: { name: region }, providerRef: { name: 'standard' }, access: { ttl: '24h' } }
  const wanted = { apiVersion: PLATFORM_API, kind: 'Platform', metadata, spec }
  const { object } = await sdk.apply<Platform>(home, PLATFORMS, wanted)
  const { conditions = [], endpoint } = object.status ?? {}
  const { status = 'False', reason = 'Creating', message = '' } = sdk.findCondition(conditions, 'Ready') ?? {}
  const facts = { platform, ...(endpoint && { endpoint: `https://${endpoint.host}:${endpoint.port}` }) }
  if (status !== 'True') return report({ status, reason, message }, facts)
  try {
    const expires = await ensureKubeconfig(environment, platform, home.inCluster(cluster), now())
    await report({ status, reason, message }, { ...facts, kubeconfigRef: { namespace, name, expires } })
    return { requeueAfter: Math.max(Date.parse(expires) - now() - RENEW_BEFORE_MS, 60_000) }
  } catch (error) {
    await report({ status: 'False', reason: 'NoKubeconfig', message: sdk.messageOf(error) }, facts)
    throw error
  }
}

/** In a Secret that goes with the Environment; made anew when it is gone or runs out. Resolves with its end. */
async function ensureKubeconfig(owner: Environment, platform: string, team: sdk.Client, now: number): Promise<string> {
  const { name = '' } = owner.metadata
  const { expires = '' } = owner.status?.kubeconfigRef ?? {}
  const lasts = Date.parse(expires) - now > RENEW_BEFORE_MS
  if (lasts && (await sdk.find(team, SECRETS, name, { namespace })) !== undefined) return expires
  const request: KubeconfigRequest = { apiVersion: PLATFORM_API, kind: 'KubeconfigRequest', metadata: {} }
  const { status } = await home.create(KUBECONFIGS, request, { name: platform, subresource: 'kubeconfig' })
  if (status === undefined) throw new Error(`no kubeconfig was issued for platform ${platform}`)
  const metadata = { name, namespace, ownerReferences: [sdk.ownerReference(owner)] }
  const data = { kubeconfig: status.kubeconfig }
  await sdk.apply(team, SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata, data })
  return status.expirationTimestamp
}

/** Published while there is a binding of the export. */
const { endpoints = [] } = (await home.get(SLICES, 'environments.acme.example')).status ?? {}
if (endpoints[0] === undefined) throw new Error('no team has bound environments.acme.example yet')
const teams = sdk.createClient({ transport, cluster: `${new URL(endpoints[0].url).pathname}/clusters/*` })
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort())
const selection = { labelSelector: NAME_LABEL }
const platforms = sdk.startInformer({ client: home, resource: PLATFORMS, selection, signal: stop.signal })
const ofPlatforms = sdk.informed(platforms, ({ metadata: { labels = {} } }) => [
  { cluster: labels[CLUSTER_LABEL] ?? '', namespace: '', name: labels[NAME_LABEL] ?? '' },
])
const sources = [sdk.watching(ENVIRONMENTS), ofPlatforms]
await using _controller = sdk.startController({ name: 'environments', client: teams, sources, reconcile })
console.log(`watches environments at ${endpoints[0].url}`)
await new Promise((resolve) => stop.signal.addEventListener('abort', resolve))
