/** The images that a node has to have, under the names that Kubernetes asks for, as there is no registry to get them from. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { toolPath } from '../../tools/build.ts'
import { run } from '../../tools/go.ts'
import { kubernetesVersion, type ToolName } from '../../tools/recipes.ts'
import { type Image, writeArchive } from './archive.ts'

/** As `kubeadm config images list` has it (cmd/kubeadm/app/constants). */
export const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10.2'
const ETCD_IMAGE = 'registry.k8s.io/etcd:3.6.8-0'
const COREDNS_IMAGE = 'registry.k8s.io/coredns/coredns:v1.14.2'

/** Writes an archive of each into `folder`; libraries of kube-proxy's iptables come from `debian`. */
export async function writeImages(folder: string, debian: string): Promise<void> {
  const images = [
    await program(PAUSE_IMAGE, 'kind-pause', 'pause'),
    await program(ETCD_IMAGE, 'etcd', 'usr/local/bin/etcd'),
    await program(COREDNS_IMAGE, 'coredns', 'coredns'),
    await component('kube-apiserver'),
    await component('kube-controller-manager'),
    await component('kube-scheduler'),
    await withIptables(await component('kube-proxy'), debian),
  ]
  await mkdir(folder, { recursive: true })
  for (const image of images) {
    const scratch = await mkdtemp(join(folder, 'image-'))
    await writeArchive(image, scratch, join(folder, `${image.name.replaceAll(/\W+/g, '-')}.tar`))
    await rm(scratch, { recursive: true })
  }
}

async function program(name: string, tool: ToolName, place: string): Promise<Image> {
  return { name, files: { [place]: await toolPath(tool) }, entrypoint: [`/${place}`] }
}

function component(tool: ToolName): Promise<Image> {
  return program(`registry.k8s.io/${tool}:${kubernetesVersion}`, tool, `usr/local/bin/${tool}`)
}

/**
 * kube-proxy calls iptables, which loads extensions, which need libraries of their own: without those (libm is one) no address
 * of a Service works and the pod looks healthy.
 */
async function withIptables(image: Image, debian: string): Promise<Image> {
  const extensions = 'usr/lib/x86_64-linux-gnu/xtables'
  const plugins = (await readdir(join(debian, extensions))).filter((file) => file.endsWith('.so'))
  const loaded = ['usr/sbin/xtables-nft-multi', 'usr/sbin/conntrack', ...plugins.map((file) => join(extensions, file))]
  const listed = await run('chroot', [debian, 'ldd', ...loaded.map((file) => `/${file}`)])
  const libraries = [...new Set([...listed.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map(([, library = '']) => library))]
  // Links are followed as they are inside.
  const targets = (await run('chroot', [debian, 'realpath', ...libraries])).trim().split('\n')
  const files: Record<string, string> = { ...image.files }
  for (const file of loaded) files[file] = join(debian, file)
  for (const [place, library] of libraries.entries()) files[library.slice(1)] = join(debian, targets[place] ?? '')
  for (const name of ['iptables', 'ip6tables'])
    for (const suffix of ['', '-save', '-restore'])
      files[`usr/sbin/${name}${suffix}`] = join(debian, 'usr/sbin/xtables-nft-multi')
  return { ...image, files }
}
