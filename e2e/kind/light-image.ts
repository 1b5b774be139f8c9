/**
 * An image of nodes that are made in a second: real containers, made by the real kind, in which an API server of our own answers
 * /readyz and nothing else (light-node/). What lies outside of a node is as it is with the other image.
 */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../temporary-folder.ts'
import { toolPath } from '../tools/build.ts'
import type { Docker } from './docker-daemon.ts'
import { writeArchive } from './node-image/archive.ts'
import { debianFolder } from './node-image/debian.ts'
import { withLibraries } from './node-image/images.ts'

/** Without a tag: these are its versions. */
export const LIGHT_IMAGE = 'kind.test/light'
export const LIGHT_VERSIONS = ['v1.35.4', 'v1.36.3'] as const

/** What kind puts before several control planes (pkg/cluster/internal/loadbalancer/const.go). */
const BALANCER_IMAGE = 'docker.io/envoyproxy/envoy:v1.36.2'

const PROGRAMS = ['bash', 'sh', 'cat', 'cp', 'mkdir', 'rm', 'seq', 'sleep'].map((name) => `usr/bin/${name}`)
const OURS = ['usr/sbin/init', 'usr/bin/kubeadm', 'usr/bin/kubectl', 'usr/bin/systemctl']

/** An image of that name whose Envoy hands connections on and does nothing else: for clusters of light and of whole nodes. */
export async function provideBalancerImage(docker: Docker): Promise<void> {
  await using folder = await temporaryFolder()
  const programs = ['bash', 'sh', 'chmod', 'cp', 'mkdir', 'mv', 'sleep'].map((name) => `usr/bin/${name}`)
  const files = await withLibraries(programs, await debianFolder())
  files['usr/bin/envoy'] = await toolPath('kind-light-node')
  const archive = join(folder.path, 'balancer.tar')
  const scratch = await mkdtemp(join(folder.path, 'image-'))
  await writeArchive({ name: BALANCER_IMAGE, files, entrypoint: [] }, scratch, archive)
  await docker.run('load', '--input', archive)
}

export async function provideLightImages(docker: Docker): Promise<void> {
  await provideBalancerImage(docker)
  await using folder = await temporaryFolder()
  const light = await toolPath('kind-light-node')
  const files = await withLibraries(PROGRAMS, await debianFolder())
  for (const place of OURS) files[place] = light
  const empty = join(folder.path, 'empty')
  await writeFile(empty, '')
  // kind reads the first; the others are for the folders that they are in.
  for (const place of ['kind/manifests/default-cni.yaml', 'etc/kubernetes/manifests/empty', 'var/lib/empty'])
    files[place] = empty
  for (const version of LIGHT_VERSIONS) {
    const scratch = await mkdtemp(join(folder.path, 'image-'))
    const named = join(folder.path, version)
    await mkdir(named)
    await writeFile(join(named, 'version'), version)
    const own = { ...files, 'kind/version': join(named, 'version') }
    const image = { name: `${LIGHT_IMAGE}:${version}`, files: own, entrypoint: ['/usr/sbin/init'] }
    const archive = join(folder.path, `${version}.tar`)
    await writeArchive(image, scratch, archive)
    await docker.run('load', '--input', archive)
  }
}
