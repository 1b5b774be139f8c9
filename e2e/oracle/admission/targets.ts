/** The two servers, each as new; Keelson's webhooks may be on loopback, where those of the tests are. */
import { readKubeconfig } from '../../kubeconfig.ts'
import { startKeelson } from '../../server.ts'
import { createWorkspace } from '../../workspace.ts'
import { connect } from '../connection.ts'
import { startKubeApiserver } from '../kube-apiserver.ts'
import type { OracleTarget } from '../targets.ts'

/** Whose work the cases wait for. */
const CONTROLLERS = [
  'namespace-controller',
  'root-ca-certificate-publisher-controller',
  'serviceaccount-controller',
  'validatingadmissionpolicy-status-controller',
]

export async function startReal(): Promise<OracleTarget> {
  await using cleanup = new AsyncDisposableStack()
  const server = cleanup.use(await startKubeApiserver({ controllers: CONTROLLERS }))
  const connection = cleanup.use(connect(await readKubeconfig(server.kubeconfig)))
  const disposal = cleanup.move()
  return { connection, [Symbol.asyncDispose]: () => disposal.disposeAsync() }
}

export async function startOwn(): Promise<OracleTarget> {
  await using cleanup = new AsyncDisposableStack()
  const keelson = cleanup.use(await startKeelson({ flags: ['--webhook-allow-cidr', '127.0.0.0/8'] }))
  const access = await createWorkspace(await readKubeconfig(keelson.kubeconfig), 'oracle')
  const connection = cleanup.use(connect(access))
  const disposal = cleanup.move()
  return { connection, [Symbol.asyncDispose]: () => disposal.disposeAsync() }
}
