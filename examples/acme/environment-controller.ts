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
type Workspace = sdk.KubeObject & { spec: { cluster?: string } }
type Slice = sdk.KubeObject & { status?: { endpoints?: { url: string }[] } }
type Access = sdk.KubeObject & { status?: { kubeconfig: string; expirationTimestamp: string } }

const CLUSTER_SCOPED = { namespaced: false }
const ENVIRONMENTS = sdk.resourceRef<Environment>('acme.example/v1', 'environments', CLUSTER_SCOPED)
const PLATFORMS = sdk.resourceRef<Platform>('platform.keelson.dev/v1alpha1', 'platforms', CLUSTER_SCOPED)
const WORKSPACES = sdk.resourceRef<Workspace>('tenancy.kcp.io/v1alpha1', 'workspaces', CLUSTER_SCOPED)
const ENDPOINT_SLICES = sdk.resourceRef<Slice>('apis.kcp.io/v1alpha1', 'apiexportendpointslices', CLUSTER_SCOPED)
const SECRETS = sdk.resourceRef('v1', 'secrets', { namespaced: true })

const FINALIZER = 'acme.example/environment'
/** On a Platform: the logical cluster and the name of the Environment that it is made for. */
const CLUSTER_LABEL = 'acme.example/cluster'
const NAME_LABEL = 'acme.example/environment'
/** The namespace of a team's workspace in which this controller may write Secrets. */
const namespace = 'environments'
const KUBECONFIG_SECONDS = 24 * 60 * 60
const RENEW_BEFORE_MS = 6 * 60 * 60 * 1000

const config = sdk.loadKubeconfig({ env: process.env })
using transport = sdk.httpsTransport(config)
/** In the platform team's workspace. */
const home = sdk.createClient({ transport, cluster: new URL(config.server).pathname })
const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stop.abort())

/** A team is known by its Workspace: nothing that a team writes says who it is. */
async function teamOf(cluster: string): Promise<string> {
  const { items } = await home.inCluster('root:acme').list(WORKSPACES)
  const team = items.find(({ spec }) => spec.cluster === cluster)?.metadata.name
  if (team === undefined) throw new Error(`logical cluster ${cluster} is no workspace of root:acme`)
  return team
}

async function reconcile({ cluster, name }: sdk.Request, { client, now }: sdk.ReconcileContext): Promise<sdk.Result> {
  const found = await sdk.find(client, ENVIRONMENTS, name)
  if (found === undefined) return undefined
  const platformName = `${await teamOf(cluster)}-${name}`
  const labels = { [CLUSTER_LABEL]: cluster, [NAME_LABEL]: name, stage: found.spec.purpose }
  const present = await sdk.find(home, PLATFORMS, platformName)
  const { [CLUSTER_LABEL]: forCluster, [NAME_LABEL]: forName } = present?.metadata.labels ?? {}
  const isOthers = present !== undefined && (forCluster !== cluster || forName !== name)

  const report = async (ready: Omit<sdk.ConditionLike, 'type'>, facts: object = {}): Promise<void> => {
    const conditions = sdk.setCondition(found.status?.conditions ?? [], { type: 'Ready', ...ready }, now())
    const current = await sdk.find(client, ENVIRONMENTS, name)
    if (current) await sdk.patchStatus(client, ENVIRONMENTS, current, { ...found.status, ...facts, conditions })
  }
  if (found.metadata.deletionTimestamp !== undefined) {
    if (present === undefined || isOthers) {
      await sdk.removeFinalizer(client, ENVIRONMENTS, found, FINALIZER)
    } else {
      if (present.metadata.deletionTimestamp === undefined) await home.delete(PLATFORMS, platformName)
      await report({ status: 'False', reason: 'Deleting', message: `waits until platform ${platformName} is gone` })
    }
    return undefined
  }
  if (isOthers) {
    const message = `there is a platform ${platformName} that is not for this environment: choose another name`
    return void (await report({ status: 'False', reason: 'NameTaken', message }))
  }
  await sdk.addFinalizer(client, ENVIRONMENTS, found, FINALIZER)
  const { object: platform } = await sdk.apply<Platform>(home, PLATFORMS, {
    apiVersion: 'platform.keelson.dev/v1alpha1',
    kind: 'Platform',
    metadata: { name: platformName, labels },
    spec: { controlCenterRef: { name: found.spec.region }, providerRef: { name: 'standard' } },
  })
  const { conditions = [], endpoint } = platform.status ?? {}
  const { status = 'False', reason = 'Creating', message = '' } = sdk.findCondition(conditions, 'Ready') ?? {}
  const facts = { platform: platformName, ...(endpoint && { endpoint: `https://${endpoint.host}:${endpoint.port}` }) }
  if (status !== 'True') return void (await report({ status, reason, message }, facts))
  const expires = await ensureKubeconfig(found, platformName, home.inCluster(cluster), now())
  await report({ status, reason, message }, { ...facts, kubeconfigRef: { namespace, name, expires } })
  return { requeueAfter: Math.max(Date.parse(expires) - now() - RENEW_BEFORE_MS, 60_000) }
}

/** In a Secret that goes with the Environment; made anew when it is gone or runs out. Resolves with its end. */
async function ensureKubeconfig(owner: Environment, platform: string, team: sdk.Client, now: number): Promise<string> {
  const name = owner.metadata.name ?? ''
  const { expires = '' } = owner.status?.kubeconfigRef ?? {}
  const lasts = Date.parse(expires) - now > RENEW_BEFORE_MS
  if (lasts && (await sdk.find(team, SECRETS, name, { namespace })) !== undefined) return expires
  const request = {
    apiVersion: PLATFORMS_VERSION,
    kind: 'KubeconfigRequest',
    metadata: {},
    spec: { expirationSeconds: KUBECONFIG_SECONDS },
  }
  const { status } = await home.create<Access>(PLATFORMS, request, { name: platform, subresource: 'kubeconfig' })
  if (status === undefined) throw new Error(`no kubeconfig was issued for platform ${platform}`)
  await sdk.apply(team, SECRETS, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, ownerReferences: [sdk.ownerReference(owner)] },
    data: { kubeconfig: Buffer.from(status.kubeconfig).toString('base64') },
  })
  return status.expirationTimestamp
}

/** Published while there is a binding of the export. */
const { endpoints = [] } = (await home.get(ENDPOINT_SLICES, 'environments.acme.example')).status ?? {}
if (endpoints[0] === undefined) throw new Error('no team has bound environments.acme.example yet')
const teams = sdk.createClient({ transport, cluster: `${new URL(endpoints[0].url).pathname}/clusters/*` })
const platforms = sdk.startInformer({
  client: home,
  resource: PLATFORMS,
  selection: { labelSelector: NAME_LABEL },
  signal: stop.signal,
})
await using controller = sdk.startController({
  name: 'environments',
  client: teams,
  sources: [
    sdk.watching(ENVIRONMENTS),
    sdk.informed(platforms, ({ metadata: { labels = {} } }) => [
      { cluster: labels[CLUSTER_LABEL] ?? '', namespace: '', name: labels[NAME_LABEL] ?? '' },
    ]),
  ],
  reconcile,
})
console.log(`${controller.name} runs`)
await new Promise((resolve) => stop.signal.addEventListener('abort', resolve))
