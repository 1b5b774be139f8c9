/** When a kind cluster has come how far, seen from beside it: the same for whoever made it. */
import { writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Access, readKubeconfig } from '../kubeconfig.ts'
import { request, requestObject } from '../request.ts'
import type { Docker } from './docker-daemon.ts'
import { PAUSE_IMAGE } from './node-image/images.ts'

/** Milliseconds after `begun`, a time of performance.now(). */
export interface Milestones {
  /** `/readyz` of its API says ok. */
  readonly apiReady: number
  readonly nodeReady: number
  /** A pod that was created as soon as the API took it. */
  readonly podRunning: number
}

const LOOK_MS = 100
const PODS = '/api/v1/namespaces/default/pods'

/** `folder` is for the cluster's kubeconfig. */
export async function observeCluster(docker: Docker, name: string, begun: number, folder: string): Promise<Milestones> {
  const since = () => performance.now() - begun
  const node = `${name}-control-plane`
  const access = await untilAnswers(docker, node, folder)
  const apiReady = since()
  const pod = untilPodRuns(access).then(since)
  await until(async () => (await nodesOf(access)).some(isReady))
  const nodeReady = since()
  return { apiReady, nodeReady, podRunning: await pod }
}

/** The administrator's access, as kubeadm has written it in the node. */
async function untilAnswers(docker: Docker, node: string, folder: string): Promise<Access> {
  let port: string | undefined
  await until(async () => {
    port = await portOf(docker, node)
    return port !== undefined
  })
  const file = join(folder, `${node}.kubeconfig`)
  await until(async () => {
    const text = await docker.run('exec', node, 'cat', '/etc/kubernetes/super-admin.conf').catch(() => '')
    await writeFile(file, text, { mode: 0o600 })
    return text !== ''
  })
  const access = { ...(await readKubeconfig(file)), url: `https://127.0.0.1:${port}` }
  await until(async () => (await request(access, 'GET', '/readyz').catch(() => undefined))?.status === 200)
  return access
}

async function untilPodRuns(access: Access): Promise<void> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'waiting' },
    spec: { containers: [{ name: 'pause', image: PAUSE_IMAGE }], terminationGracePeriodSeconds: 0 },
  }
  // Refused until the controller manager has made the namespace's service account.
  await until(async () => (await request(access, 'POST', PODS, pod)).status === 201)
  await until(async () => {
    const { status } = await requestObject<{ status: { phase?: string } }>(access, 'GET', `${PODS}/waiting`)
    return status.phase === 'Running'
  })
}

interface Node {
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

async function nodesOf(access: Access): Promise<readonly Node[]> {
  return (await requestObject<{ items: Node[] }>(access, 'GET', '/api/v1/nodes')).items
}

function isReady({ status: { conditions = [] } }: Node): boolean {
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
}

interface Container {
  readonly NetworkSettings: { readonly Ports?: Readonly<Record<string, readonly { HostPort: string }[] | null>> }
}

async function portOf({ socket }: Docker, name: string): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  get({ socketPath: socket, path: `/containers/${name}/json` }, (answer) => {
    let text = ''
    answer.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    })
    answer.on('end', () => resolve(text))
  }).on('error', reject)
  const { NetworkSettings } = JSON.parse(await promise) as Partial<Container>
  return NetworkSettings?.Ports?.['6443/tcp']?.[0]?.HostPort
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(LOOK_MS)
}
