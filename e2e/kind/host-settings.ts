/** What dockerd and kubelets change of the machine itself, and putting it back. */
import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'

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

/** Remembers them; disposing of it puts them back. */
export async function hostSettings(): Promise<AsyncDisposable> {
  const before = new Map<string, string>()
  for (const file of SYSCTLS) {
    const value = await readFile(file, 'utf8').catch(() => undefined)
    if (value !== undefined) before.set(file, value)
  }
  const { stdout: saved = '' } = spawnSync('iptables-save', { encoding: 'utf8' })
  const empty = Object.entries(EMPTY_TABLES)
    .filter(([table]) => !saved.includes(`*${table}\n`))
    .map(([table, chains]) => `*${table}\n${chains.map((chain) => `:${chain} ACCEPT [0:0]\n`).join('')}COMMIT\n`)
  return {
    async [Symbol.asyncDispose]() {
      for (const [file, value] of before) {
        if ((await readFile(file, 'utf8')) !== value) await writeFile(file, value)
      }
      spawnSync('iptables-restore', { input: saved + empty.join('') })
    },
  }
}
