/** The file system that the node image begins with: Debian's packages, as kind's own Dockerfile lists them. */
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { toolsFolder } from '../../tools/build.ts'
import { run } from '../../tools/go.ts'
import { withLock } from '../../tools/lock.ts'

const RELEASE = 'bookworm'
const PACKAGES = `
  systemd systemd-sysv dbus
  conntrack iptables ebtables nftables iproute2 ethtool util-linux mount kmod socat
  libseccomp2 pigz e2fsprogs
  bash ca-certificates curl jq procps psmisc hostname rsync
  containerd runc containernetworking-plugins
`
  .trim()
  .split(/\s+/)

/** A folder with Debian in it, made once a machine (one to four minutes). It is not to be changed. */
export async function debianFolder(): Promise<string> {
  const around = join(toolsFolder(), `debian-${RELEASE}`)
  const target = join(around, 'root')
  if (await exists(target)) return target
  await mkdir(around, { recursive: true })
  return withLock(join(around, 'lock'), async () => {
    if (await exists(target)) return target
    const scratch = await mkdtemp(join(around, 'bootstrap-'))
    try {
      const root = join(scratch, 'root')
      await run('debootstrap', ['--variant=minbase', `--include=${PACKAGES.join(',')}`, RELEASE, root])
      await rename(root, target)
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
    return target
  })
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
