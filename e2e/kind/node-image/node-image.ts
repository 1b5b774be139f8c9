/** The node image: unmodified `kind create cluster --image <name>` makes clusters of it, without a network. */
import { createHash } from 'node:crypto'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../../temporary-folder.ts'
import { run } from '../../tools/go.ts'
import { kindVersion, kubernetesVersion } from '../../tools/recipes.ts'
import type { Docker } from '../docker-daemon.ts'
import { debianFolder } from './debian.ts'
import { writeImages } from './images.ts'
import { makeNode } from './root-files.ts'

/** Of a domain that no registry can have: it is never pulled. Its tags are versions. */
export const NODE_IMAGES = 'kind.test/node'
export const NODE_IMAGE = `${NODE_IMAGES}:${kubernetesVersion}`
/** What a cluster of NODE_IMAGE may be upgraded to. */
export const NEXT_VERSION = kubernetesVersion.replace(/\d$/, (patch) => String((Number(patch) + 1) % 10))
const MADE_FROM = 'keelson.dev/made-from'
/** systemd ends at this one; it becomes the image's with the container's other settings. */
const STOP = ['--stop-signal', 'SIGRTMIN+3']
const ENTRYPOINT = 'ENTRYPOINT ["/usr/local/bin/entrypoint","/sbin/init"]'

/** Sees to it that Docker has it, made of what is in this folder (half a minute when the tools are there). */
export async function provideNodeImage(docker: Docker, version = kubernetesVersion): Promise<void> {
  const name = `${NODE_IMAGES}:${version}`
  const madeFrom = await digestOfSources()
  const format = `{{index .Config.Labels "${MADE_FROM}"}}`
  const there = await docker.run('image', 'inspect', '--format', format, name).catch(() => '')
  if (there.trim() === madeFrom) return
  await using folder = await temporaryFolder()
  const debian = await debianFolder()
  const root = join(folder.path, 'root')
  await run('cp', ['--archive', debian, root])
  await makeNode(root, version)
  const images = join(folder.path, 'images')
  await writeImages(images, debian, version)
  const base = join(folder.path, 'base.tar')
  await run('tar', ['--numeric-owner', '-cf', base, '-C', root, '.'])
  const changes = [ENTRYPOINT, 'ENV container=docker', `LABEL ${MADE_FROM}=${madeFrom}`]
  const withoutImages = (await docker.run('import', ...changes.flatMap((change) => ['--change', change]), base)).trim()
  await importImages(docker, { base: withoutImages, images, name })
}

/**
 * They are not unpacked: the container's file system is an overlay, on which no other can lie. A node unpacks them in its
 * volume when it needs them.
 */
async function importImages(
  docker: Docker,
  { base, images, name }: { readonly base: string; readonly images: string; readonly name: string },
): Promise<void> {
  const script = `
    set -e
    containerd >/dev/null 2>&1 & containerd=$!
    until ctr version >/dev/null 2>&1; do sleep 0.1; done
    for image in /images/*.tar; do ctr --namespace k8s.io images import --no-unpack "$image"; done
    kill $containerd; wait $containerd || true
    rm -rf /run/containerd/*`
  const builder = 'keelson-node-image'
  const settings = ['--name', builder, '--privileged', ...STOP, '--volume', `${images}:/images:ro`]
  await docker.run('run', ...settings, '--entrypoint', 'bash', base, '-c', script)
  await docker.run('commit', '--change', ENTRYPOINT, '--change', 'CMD []', builder, name)
  await docker.run('rm', '--force', '--volumes', builder)
  await docker.run('image', 'prune', '--force')
}

async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256').update(kubernetesVersion).update(kindVersion)
  for (const directory of [import.meta.dirname, join(import.meta.dirname, '../programs')]) {
    const files = await Array.fromAsync(glob('**/*', { cwd: directory, withFileTypes: true }))
    const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
    for (const path of paths.sort()) hash.update(await readFile(path))
  }
  return hash.digest('hex').slice(0, 16)
}
