/** For tests of this folder: an exported resource, small. */
import type { JsonObject, KubeObject, UserInfo } from '../../machinery/index.ts'

/** What is needed of a client, and of a test server: this room knows neither. */
interface Creator {
  readonly create: (resource: Ref, object: KubeObject) => Promise<KubeObject>
}

interface Ref {
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly namespaced: boolean
}

const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1', namespaced: false }
const CLUSTER_ROLES = { ...RBAC, resource: 'clusterroles' }
const ROLE_BINDINGS = { ...RBAC, resource: 'clusterrolebindings' }
const SCHEMAS = { group: 'apis.kcp.io', version: 'v1alpha1', resource: 'apiresourceschemas', namespaced: false }
const EXPORTS = { group: 'apis.kcp.io', version: 'v1alpha2', resource: 'apiexports', namespaced: false }

interface Condition {
  type: string
  status: string
  reason?: string
  severity?: string
  message?: string
}

export interface APIExport extends KubeObject {
  spec: { identity?: { secretRef: { namespace: string; name: string } }; resources?: object[] }
  status?: { identityHash?: string; conditions?: Condition[] }
}

export interface APIBinding extends KubeObject {
  spec: { reference: { export: { path?: string; name: string } } }
  status?: {
    phase?: string
    apiExportClusterName?: string
    boundResources?: { group: string; resource: string; schema: { name: string; identityHash: string } }[]
    conditions?: Condition[]
  }
}

export interface Slice extends KubeObject {
  status?: { endpoints?: { url: string }[] }
}

export interface Widget extends KubeObject {
  spec?: { size?: string; colour?: string }
  status?: { ready?: boolean }
}

const SIZE: JsonObject = { size: { type: 'string' } }

export function widgetSchema(
  prefix = 'v1',
  properties: JsonObject = SIZE,
  plural = 'widgets',
  kind = 'Widget',
): KubeObject {
  return {
    apiVersion: 'apis.kcp.io/v1alpha1',
    kind: 'APIResourceSchema',
    metadata: { name: `${prefix}.${plural}.example.com` },
    spec: {
      group: 'example.com',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties },
              status: { type: 'object', properties: { ready: { type: 'boolean' } } },
            },
          },
          subresources: { status: {} },
        },
      ],
    },
  }
}

export function exported(prefix = 'v1', plural = 'widgets'): object {
  return { name: plural, group: 'example.com', schema: `${prefix}.${plural}.example.com`, storage: { crd: {} } }
}

export function apiExport(name = 'widgets', resources: object[] = [exported()], metadata: object = {}): APIExport {
  return { apiVersion: 'apis.kcp.io/v1alpha2', kind: 'APIExport', metadata: { name, ...metadata }, spec: { resources } }
}

export function binding(name = 'widgets', path = 'root:provider', exportName = 'widgets'): APIBinding {
  return {
    apiVersion: 'apis.kcp.io/v1alpha2',
    kind: 'APIBinding',
    metadata: { name },
    spec: { reference: { export: { path, name: exportName } } },
  }
}

export function widget(name: string, spec: Widget['spec'] = { size: 'large' }): Widget {
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name, namespace: 'default' }, spec }
}

/** A workspace that exports widgets. */
export async function startProvider<C extends Creator>(
  server: { readonly workspace: (name: string) => Promise<C> },
  name = 'provider',
): Promise<C> {
  const provider = await server.workspace(name)
  await provider.create(SCHEMAS, widgetSchema())
  await provider.create(EXPORTS, apiExport())
  return provider
}

export function conditionOf(object: { status?: { conditions?: Condition[] } }, type: string): Condition | undefined {
  return object.status?.conditions?.find((condition) => condition.type === type)
}

export const ALICE: UserInfo = { username: 'alice', groups: ['system:authenticated'] }

/** Gives Alice these rights in a workspace, and the right to enter it. */
export function allowAlice(client: Creator, name: string, rules: JsonObject[]): Promise<void> {
  return allow(client, ALICE, name, rules)
}

export async function allow(client: Creator, user: UserInfo, name: string, rules: JsonObject[]): Promise<void> {
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  const enter = { nonResourceURLs: ['/'], verbs: ['access'] }
  const metadata = { name }
  await client.create(CLUSTER_ROLES, { apiVersion, kind: 'ClusterRole', metadata, rules: [...rules, enter] })
  await client.create(ROLE_BINDINGS, {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata,
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: user.username }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
  })
}
