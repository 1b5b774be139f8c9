/** Makes of Debian's files those of a node, as images/base/Dockerfile in kind's module does, with files from there. */
import { chmod, copyFile, cp, glob, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { run } from '../../tools/go.ts'
import { kindVersion } from '../../tools/recipes.ts'
import { PAUSE_IMAGE, programOf } from './images.ts'

const own = join(import.meta.dirname, 'files')

export async function makeNode(root: string, version: string): Promise<void> {
  await copyFiles(await kindFiles(), root)
  await copyFiles(own, root)
  await enableServices(root)
  await configureContainerd(root)
  for (const name of ['kubelet', 'kubeadm', 'kubectl'] as const)
    await copyFile(await programOf(name, version, `${root}-programs`), join(root, 'usr/bin', name))
  await mkdir(join(root, 'etc/kubernetes/manifests'), { recursive: true })
  await cp(join(root, 'usr/lib/cni'), join(root, 'opt/cni/bin'), { recursive: true })
  await writeFile(join(root, 'kind/version'), version)
  await rm(join(root, 'var/cache/apt/archives'), { recursive: true, force: true })
}

async function kindFiles(): Promise<string> {
  const { Dir }: { Dir: string } = JSON.parse(
    await run('go', ['mod', 'download', '-json', `sigs.k8s.io/kind@${kindVersion}`], import.meta.dirname),
  )
  return join(Dir, 'images/base/files')
}

async function copyFiles(from: string, root: string): Promise<void> {
  for await (const file of glob('**/*', { cwd: from, withFileTypes: true })) {
    if (!file.isFile()) continue
    const source = join(file.parentPath, file.name)
    const target = join(root, source.slice(from.length))
    await mkdir(dirname(target), { recursive: true })
    await copyFile(source, target)
    await chmod(target, /\/bin\//.test(target.slice(root.length)) ? 0o755 : 0o644)
  }
}

async function enableServices(root: string): Promise<void> {
  const system = join(root, 'lib/systemd/system')
  const configured = join(root, 'etc/systemd/system')
  await rm(join(system, 'sysinit.target.wants/systemd-tmpfiles-setup.service'), { force: true })
  for (const target of ['multi-user', 'local-fs', 'basic']) await empty(join(system, `${target}.target.wants`))
  await empty(join(system, 'sockets.target.wants'), /udev|initctl/)
  for (const folder of (await readdir(configured)).filter((name) => name.endsWith('.wants')))
    await empty(join(configured, folder))
  const journal = join(root, 'etc/systemd/journald.conf')
  await writeFile(journal, `${await readFile(journal, 'utf8')}\nReadKMsg=no\n`)
  const wanted = join(configured, 'multi-user.target.wants')
  await mkdir(wanted, { recursive: true })
  for (const service of ['kubelet', 'containerd', 'undo-mount-hacks', 'pod-network'])
    await symlink(`/etc/systemd/system/${service}.service`, join(wanted, `${service}.service`))
  await symlink('/dev/null', join(configured, 'systemd-binfmt.service'))
}

async function empty(folder: string, which = /./): Promise<void> {
  for (const name of await readdir(folder).catch(() => []))
    if (which.test(name)) await rm(join(folder, name), { recursive: true })
}

async function configureContainerd(root: string): Promise<void> {
  for (const [place, target] of [
    ['usr/local/bin/containerd', '/usr/bin/containerd'],
    ['usr/local/bin/ctr', '/usr/bin/ctr'],
    ['usr/local/sbin/runc', '/usr/sbin/runc'],
  ] as const)
    await symlink(target, join(root, place))
  const file = join(root, 'etc/containerd/config.toml')
  const settings = (await readFile(file, 'utf8'))
    .replace(/\[proxy_plugins][\s\S]*?(?=\n\[plugins)/, '')
    .replace(/sandbox_image = .*/, `sandbox_image = "${PAUSE_IMAGE}"`)
    // Sandboxes ask for a lower score than a machine without CAP_SYS_RESOURCE can give.
    .replace('restrict_oom_score_adj = false', 'restrict_oom_score_adj = true')
  await writeFile(file, settings)
  const specification: { process: { rlimits?: unknown }; hooks?: unknown } = JSON.parse(
    await run('chroot', [root, 'ctr', 'oci', 'spec']),
  )
  delete specification.process.rlimits
  specification.hooks = { createContainer: [{ path: '/kind/bin/mount-product-files.sh' }] }
  await writeFile(join(root, 'etc/containerd/cri-base.json'), JSON.stringify(specification))
}
