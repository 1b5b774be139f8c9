import { setTimeout as sleep } from 'node:timers/promises'
import type { Daemon } from './daemon.ts'
import { type Access, readKubeconfig } from './kubeconfig.ts'
import { request } from './request.ts'

const pollMilliseconds = 10

/** Waits until the server that the kubeconfig names answers `/readyz` with 200. */
export async function untilReady(kubeconfig: string, daemons: Daemon[], timeoutMilliseconds = 60_000): Promise<Access> {
  const deadline = performance.now() + timeoutMilliseconds
  for (;;) {
    for (const daemon of daemons) daemon.assertRunning()
    const access = await readyAccess(kubeconfig)
    if (access !== undefined) return access
    if (performance.now() > deadline) {
      throw new Error(
        `not ready after ${timeoutMilliseconds} ms:\n${daemons.map((daemon) => daemon.log().slice(-2000)).join('\n')}`,
      )
    }
    await sleep(pollMilliseconds)
  }
}

async function readyAccess(kubeconfig: string): Promise<Access | undefined> {
  try {
    const access = await readKubeconfig(kubeconfig)
    // A workspace's URL has a path; readiness is the server's.
    const { status } = await request({ ...access, url: new URL(access.url).origin }, 'GET', '/readyz')
    return status === 200 ? access : undefined
  } catch {
    // Neither a kubeconfig that is yet to be written nor a refused connection is a failure here.
    return undefined
  }
}
