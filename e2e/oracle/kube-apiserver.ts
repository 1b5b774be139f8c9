import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ApiServer } from '../api-server.ts'
import { startDaemon } from '../daemon.ts'
import { freePort } from '../free-port.ts'
import { writeKubeconfig } from '../kubeconfig.ts'
import { untilReady } from '../ready.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { toolPath } from '../tools/build.ts'
import { makeCertificates, readCertificate } from './certificates.ts'

export interface KubeApiserverOptions {
  /** Also runs those controllers of kube-controller-manager: `['garbage-collector-controller']`. */
  controllers?: string[]
}

/**
 * Starts the real thing: etcd, which syncs each write to the disk, and kube-apiserver, each on free ports of loopback and as
 * new. It is what Keelson's answers are compared with.
 */
export async function startKubeApiserver(options: KubeApiserverOptions = {}): Promise<ApiServer> {
  const [etcd, kubeApiserver] = [await toolPath('etcd'), await toolPath('kube-apiserver')]
  const controllerManager = options.controllers && (await toolPath('kube-controller-manager'))
  await using cleanup = new AsyncDisposableStack()
  const { path: folder } = cleanup.use(await temporaryFolder())
  const file = (name: string) => join(folder, name)
  await mkdir(file('etcd'), { mode: 0o700 })
  await makeCertificates(folder)
  const [port, etcdPort, peerPort] = [await freePort(), await freePort(), await freePort()]
  const [url, etcdUrl, peerUrl] = [
    `https://127.0.0.1:${port}`,
    `http://127.0.0.1:${etcdPort}`,
    `http://127.0.0.1:${peerPort}`,
  ]
  const kubeconfig = file('admin.kubeconfig')
  const pem = (name: string) => readCertificate(folder, name)
  await writeKubeconfig(kubeconfig, {
    url,
    ca: await pem('ca.crt'),
    credential: { certificate: await pem('admin.crt'), key: await pem('admin.key') },
  })

  const begin = performance.now()
  const start = (name: string, command: string, flags: Record<string, string>) =>
    cleanup.use(
      startDaemon(
        command,
        Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
        file(`${name}.log`),
      ),
    )
  const daemons = [
    start('etcd', etcd, {
      name: 'e1',
      'data-dir': file('etcd'),
      'listen-client-urls': etcdUrl,
      'advertise-client-urls': etcdUrl,
      'listen-peer-urls': peerUrl,
      'initial-advertise-peer-urls': peerUrl,
      'initial-cluster': `e1=${peerUrl}`,
    }),
    start('kube-apiserver', kubeApiserver, {
      'etcd-servers': etcdUrl,
      'secure-port': String(port),
      'bind-address': '127.0.0.1',
      // A loopback address cannot be the endpoint of the Service "kubernetes"; nobody goes there.
      'advertise-address': '192.0.2.1',
      'cert-dir': folder,
      'tls-cert-file': file('apiserver.crt'),
      'tls-private-key-file': file('apiserver.key'),
      'client-ca-file': file('ca.crt'),
      'service-account-issuer': 'https://kubernetes.default.svc',
      'service-account-key-file': file('sa.pub'),
      'service-account-signing-key-file': file('sa.key'),
      'service-cluster-ip-range': '10.96.0.0/16',
      'authorization-mode': 'Node,RBAC',
    }),
  ]
  await untilReady(kubeconfig, daemons)
  const startMilliseconds = performance.now() - begin
  if (controllerManager && options.controllers) {
    daemons.push(
      start('kube-controller-manager', controllerManager, {
        kubeconfig,
        'secure-port': '0',
        'leader-elect': 'false',
        // By default it makes twenty requests a second, and what hundreds of cases wait for comes late.
        'kube-api-qps': '2000',
        'kube-api-burst': '2000',
        'service-account-private-key-file': file('sa.key'),
        'root-ca-file': file('ca.crt'),
        'cluster-signing-cert-file': file('ca.crt'),
        'cluster-signing-key-file': file('ca.key'),
        controllers: options.controllers.join(','),
      }),
    )
  }
  const disposal = cleanup.move()
  return {
    url,
    kubeconfig,
    processes: daemons.map((daemon) => daemon.pid),
    startMilliseconds,
    data: folder,
    log: () => daemons.map((daemon) => daemon.log()).join('\n'),
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  }
}
