/** What dockerd and kubelets change of the machine itself, and putting it back. */
import { spawnSync } from 'node:child_process'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'

/** Written for the whole machine, also from within a network namespace (pkg/kubelet/cm/container_manager_linux.go). */
const SYSCTLS = [
  'kernel/keys/root_maxbytes',
  'kernel/keys/root_maxkeys',
  'kernel/panic',
  'kernel/panic_on_oops',
  'net/bridge/bridge-nf-call-ip6tables',
  'net/bridge/bridge-nf-call-iptables',
  'net/ipv4/ip_forward',
  'vm/overcommit_memory',
  'vm/panic_on_oom',
].map((name) => `/proc/sys/${name}`)

/** What an untouched table is: `iptables-save` leaves those out, and only what is named is put back. */
const EMPTY_TABLES = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
}
/** What dockerd calls the network interfaces that it makes. */
const DOCKERS = /^(?:docker\d+|br-[0-9a-f]{12}|veth[0-9a-f]{7})$/

interface Settings {
  /** What was set before the last boot says nothing of this one. */
  readonly boot: string
  readonly sysctls: Readonly<Record<string, string>>
  /** As iptables-save prints it. */
  readonly tables: string
  readonly interfaces: readonly string[]
}

/**
 * Remembers them in `file`; disposing of it puts them back. A file that is there already is of a process that was killed before
 * it came to that: what it remembers is put back first.
 */
export async function hostSettings(file: string): Promise<AsyncDisposable> {
  const left = await settingsIn(file)
  if (left !== undefined) await putBack(left)
  const settings = await readSettings()
  // Whole or not at all.
  await writeFile(`${file}.new`, JSON.stringify(settings))
  await rename(`${file}.new`, file)
  return {
    async [Symbol.asyncDispose]() {
      await putBack(settings)
      await rm(file)
    },
  }
}

async function settingsIn(file: string): Promise<Settings | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const settings = JSON.parse(text) as Settings
  return settings.boot === (await bootId()) ? settings : undefined
}

async function readSettings(): Promise<Settings> {
  const sysctls: Record<string, string> = {}
  for (const file of SYSCTLS) {
    const value = await readFile(file, 'utf8').catch(() => undefined)
    if (value !== undefined) sysctls[file] = value
  }
  const { stdout: saved = '' } = spawnSync('iptables-save', { encoding: 'utf8' })
  const empty = Object.entries(EMPTY_TABLES)
    .filter(([table]) => !saved.includes(`*${table}\n`))
    .map(([table, chains]) => `*${table}\n${chains.map((chain) => `:${chain} ACCEPT [0:0]\n`).join('')}COMMIT\n`)
  return { boot: await bootId(), sysctls, tables: saved + empty.join(''), interfaces: await interfaces() }
}

async function putBack({ sysctls, tables, interfaces: before }: Settings): Promise<void> {
  for (const [file, value] of Object.entries(sysctls)) {
    if ((await readFile(file, 'utf8')) !== value) await writeFile(file, value)
  }
  spawnSync('iptables-restore', { input: tables })
  // dockerd leaves its bridges behind.
  const added = (await interfaces()).filter((name) => !before.includes(name) && DOCKERS.test(name))
  for (const name of added) spawnSync('ip', ['link', 'delete', name])
}

function interfaces(): Promise<string[]> {
  return readdir('/sys/class/net')
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
}
