import { type Client, TABLE } from '../../src/client/index.ts'
import { clustersRoom } from '../../src/clusters/index.ts'
import { CONTROL_PLANE_CRD } from '../../src/platform/controllers/platform-control-plane.ts'
import { platformFeature } from '../../src/platform/index.ts'
import { defaultFeatures, eventually, resourceRef, startServer } from '../../src/testing/index.ts'
import { type Fields, fieldRows } from './fields.ts'

interface APIResource {
  readonly name: string
  readonly singularName: string
  readonly kind: string
  readonly namespaced: boolean
  readonly shortNames?: readonly string[]
  readonly verbs: readonly string[]
}

interface Column {
  readonly name: string
  readonly priority: number
}

/** What the API of an empty workspace says of itself: discovery, the columns of its tables, its OpenAPI documents. */
export async function kindsReference(): Promise<string> {
  const features = [...defaultFeatures, platformFeature({ simulatedFolder: '' })]
  await using server = await startServer({ features })
  const client = await server.workspace('reference')
  const groups = await groupVersions(client)
  const sections = await Promise.all(groups.map((groupVersion) => groupSection(client, groupVersion)))
  return `# Kinds of a workspace

What a new workspace serves. Columns in parentheses are shown with \`-o wide\`.

${sections.join('\n\n')}
`
}

const CRDS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })

/** What a control center's API is given besides, whatever made it. */
export async function controlCenterKindsReference(): Promise<string> {
  await using server = await startServer()
  const client = await server.workspace('reference')
  const before = await groupVersions(client)
  const { crds } = clustersRoom({ allows: () => false }).clusterAPI
  const all = [...crds, CONTROL_PLANE_CRD]
  for (const crd of all) await client.create(CRDS, crd)
  const groups = await eventually(async () => {
    const found = (await groupVersions(client)).filter((each) => !before.includes(each) && !each.endsWith('/v1beta1'))
    const kinds = await Promise.all(
      found.map((each) =>
        read<{ resources: APIResource[] }>(client, `${pathOf(each)}`).then(({ resources }) => resources),
      ),
    )
    const served = new Set(kinds.flat().map(({ name }) => name))
    if (!all.every(({ metadata }) => served.has(metadata.name?.split('.')[0] ?? ''))) throw new Error('not served yet')
    return found
  })
  const sections: string[] = []
  for (const each of groups) sections.push(await groupSection(client, each))
  return `# Kinds of a control center

What Keelson installs into the API of a ControlCenter, where nobody has installed the same. Columns in parentheses are shown with
\`-o wide\`, and v1beta1 is left out where v1beta2 is served, too. [What differs](../compatibility.md#cluster-api) says what is
carried out of them.

${sections.join('\n\n')}
`
}

async function groupVersions(client: Client): Promise<string[]> {
  const { groups } = await read<{ groups: { versions: { groupVersion: string }[] }[] }>(client, '/apis')
  return ['v1', ...groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion)).sort()]
}

async function groupSection(client: Client, groupVersion: string): Promise<string> {
  const base = pathOf(groupVersion)
  const { resources } = await read<{ resources: APIResource[] }>(client, base)
  const main = resources.filter(({ name }) => !name.includes('/'))
  const rows = await Promise.all(
    main.map(async (resource) => {
      const subresources = resources.flatMap(({ name }) =>
        name.startsWith(`${resource.name}/`) ? [name.split('/')[1]] : [],
      )
      return `| ${[
        resource.kind,
        [resource.name, ...(resource.shortNames ?? [])].join(', '),
        resource.namespaced ? 'namespace' : 'cluster',
        verbsText(resource.verbs),
        subresources.join(', '),
        (await columnsOf(client, base, resource)).join(', '),
      ].join(' | ')} |`
    }),
  )
  const table = `| kind | names | scope | verbs | subresources | columns |\n|---|---|---|---|---|---|\n${rows.join('\n')}`
  return [`## ${groupVersion}`, table, ...(await fieldsOf(client, groupVersion, main))].join('\n\n')
}

const ALL = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

function verbsText(verbs: readonly string[]): string {
  const missing = ALL.filter((verb) => !verbs.includes(verb))
  if (missing.length === 0) return 'all'
  return missing.length < 3 ? `all but ${missing.join(', ')}` : verbs.join(', ')
}

async function columnsOf(client: Client, base: string, { name, verbs }: APIResource): Promise<string[]> {
  if (!verbs.includes('list')) return []
  const { columnDefinitions } = await read<{ columnDefinitions: Column[] }>(client, `${base}/${name}`, TABLE)
  return columnDefinitions.map((column) => (column.priority === 0 ? column.name : `(${column.name})`))
}

/** Kinds that are not Kubernetes' own are described here, the others by Kubernetes. */
async function fieldsOf(client: Client, groupVersion: string, resources: readonly APIResource[]): Promise<string[]> {
  const group = groupVersion.includes('/') ? groupVersion.slice(0, groupVersion.indexOf('/')) : ''
  if (group === '' || !group.includes('.') || (group.endsWith('.k8s.io') && !group.endsWith('.x-k8s.io'))) return []
  const document = await read<{ components: { schemas: Record<string, Fields> } }>(
    client,
    `/openapi/v3${pathOf(groupVersion)}`,
  )
  const { schemas } = document.components
  return resources.map(({ kind }) => {
    const schema = Object.entries(schemas).find(([name]) => name.endsWith(`.${kind}`))?.[1]
    const rows = schema === undefined ? [] : fieldRows(schema)
    return `### ${kind}\n\n| field | type | |\n|---|---|---|\n${rows.join('\n')}`
  })
}

function pathOf(groupVersion: string): string {
  return groupVersion === 'v1' ? '/api/v1' : `/apis/${groupVersion}`
}

async function read<T>(client: Client, path: string, accept = 'application/json'): Promise<T> {
  return (await client.raw('GET', path, { accept })) as T
}
