/** The images that a node has to have, under the names that Kubernetes asks for, as there is no registry to get them from. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
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
export async function writeImages(folder: string, debian: string, version: string): Promise<void> {
  const component = async (tool: ToolName): Promise<Image> => {
    const place = `usr/local/bin/${tool}`
    const file = await programOf(tool, version, join(folder, 'programs'))
    return { name: `registry.k8s.io/${tool}:${version}`, files: { [place]: file }, entrypoint: [`/${place}`] }
  }
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

/**
 * A program of Kubernetes that says it is of `version`. One that was built of another is given the number in its text, of the
 * same length: what an upgrade shows is the way from one to the other, not what is new there.
 */
export async function programOf(tool: ToolName, version: string, folder: string): Promise<string> {
  const built = await toolPath(tool)
  if (version === kubernetesVersion) return built
  if (version.length !== kubernetesVersion.length)
    throw new Error(`${version} has not the length of ${kubernetesVersion}`)
  await mkdir(folder, { recursive: true })
  const renumbered = join(folder, tool)
  const bytes = (await readFile(built)).toString('latin1').replaceAll(kubernetesVersion, version)
  await writeFile(renumbered, bytes, { encoding: 'latin1', mode: 0o755 })
  return renumbered
}

/**
 * kube-proxy calls iptables, which loads extensions, which need libraries of their own: without those (libm is one) no address
 * of a Service works and the pod looks healthy.
 */
async function withIptables(image: Image, debian: string): Promise<Image> {
  const extensions = 'usr/lib/x86_64-linux-gnu/xtables'
  const plugins = (await readdir(join(debian, extensions))).filter((file) => file.endsWith('.so'))
  const iptables = 'usr/sbin/xtables-nft-multi'
  const loaded = [iptables, 'usr/sbin/conntrack', ...plugins.map((file) => join(extensions, file))]
  const names = ['iptables', 'ip6tables'].flatMap((name) => ['', '-save', '-restore'].map((suffix) => name + suffix))
  const commands = names.map((name) => [`usr/sbin/${name}`, join(debian, iptables)])
  return {
    ...image,
    files: { ...image.files, ...(await withLibraries(loaded, debian)), ...Object.fromEntries(commands) },
  }
}

/** Files of Debian's, and every library that they load. */
export async function withLibraries(files: readonly string[], debian: string): Promise<Record<string, string>> {
  const listed = await run('chroot', [debian, 'ldd', ...files.map((file) => `/${file}`)])
  const libraries = [...new Set([...listed.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map(([, library = '']) => library))]
  // Links are followed as they are inside.
  const targets = (await run('chroot', [debian, 'realpath', ...libraries])).trim().split('\n')
  const loaded = libraries.map((library, place) => [library.slice(1), join(debian, targets[place] ?? '')])
  return Object.fromEntries([...files.map((file) => [file, join(debian, file)]), ...loaded])
}
