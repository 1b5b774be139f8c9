/** The two servers that are asked: each as new, with the shared definitions served. */
import { type Access, readKubeconfig } from '../kubeconfig.ts'
import { requestObject } from '../request.ts'
import { startKeelson } from '../server.ts'
import { createWorkspace } from '../workspace.ts'
import { type Connection, connect } from './connection.ts'
import { sharedDefinitions } from './corpus/definitions.ts'
import { startKubeApiserver } from './kube-apiserver.ts'

export interface OracleTarget extends AsyncDisposable {
  readonly connection: Connection
}

/** The controllers of kube-controller-manager whose work Keelson does, too. */
const CONTROLLERS = [
  'certificatesigningrequest-signing-controller',
  'clusterrole-aggregation-controller',
  'garbage-collector-controller',
  'namespace-controller',
  'resourcequota-controller',
  'root-ca-certificate-publisher-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
]

export async function startReal(): Promise<OracleTarget> {
  await using cleanup = new AsyncDisposableStack()
  const server = cleanup.use(await startKubeApiserver({ controllers: CONTROLLERS }))
  const connection = cleanup.use(connect(await readKubeconfig(server.kubeconfig)))
  await prepare(connection)
  const disposal = cleanup.move()
  return { connection, [Symbol.asyncDispose]: () => disposal.disposeAsync() }
}

/** A fresh workspace of a fresh Keelson; `command` runs another build of it. */
export async function startOwn(command?: string): Promise<OracleTarget> {
  await using cleanup = new AsyncDisposableStack()
  const keelson = cleanup.use(await startKeelson(command === undefined ? {} : { command }))
  const access = await createWorkspace(await readKubeconfig(keelson.kubeconfig), 'oracle')
  const connection = cleanup.use(connect(access))
  await openToEverybody(access)
  await prepare(connection)
  const disposal = cleanup.move()
  return { connection, [Symbol.asyncDispose]: () => disposal.disposeAsync() }
}

/** Whom a workspace does not let in gets no further; here the roles alone are to decide, as in a cluster. */
async function openToEverybody(access: Access): Promise<void> {
  const group = (name: string) => ({ kind: 'Group', name, apiGroup: 'rbac.authorization.k8s.io' })
  await requestObject(access, 'POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'oracle-access' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:kcp:workspace:access' },
    subjects: [group('system:authenticated'), group('system:unauthenticated')],
  })
}

async function prepare(connection: Connection): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  const headers = { 'content-type': 'application/json' }
  for (const definition of sharedDefinitions) {
    const { status, body } = await connection.send({ method: 'POST', path, headers, body: JSON.stringify(definition) })
    if (status >= 300) throw new Error(`a shared definition is refused: ${status} ${body}`)
  }
  const served = ['widgets', 'gadgets', 'gizmos'].map((plural) => `/apis/oracle.keelson.dev/v1/${plural}`)
  for (const path of [...served, '/apis/oracle.keelson.dev/v1beta1/gizmos', '/openapi/v3/apis/oracle.keelson.dev/v1']) {
    while ((await connection.send({ method: 'GET', path })).status !== 200);
  }
}
