/**
 * Who is at work on a cluster. What is written in the world names the process, so that another one can tell at once whether
 * it is still there, and take over where it is not. On another machine nobody can tell: there, time decides.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Names one operation of one process. */
export interface Operator extends Disposable {
  readonly id: string
}

/** Milliseconds: what another process has not ended in that time it will not. A build has 15 minutes by default. */
const LONGEST = 60 * 60_000

const active = new Set<string>()

export function beginOperation(): Operator {
  const id = [machine(), process.pid, startOf(process.pid), randomUUID()].join('/')
  active.add(id)
  return { id, [Symbol.dispose]: () => active.delete(id) }
}

/** `since` is when it began, in milliseconds since the epoch. */
export function isAtWork(id: string, since: number, now = Date.now()): boolean {
  if (active.has(id)) return true
  if (now - since > LONGEST) return false
  const [where = '', pid = '', start = ''] = id.split('/')
  if (where !== machine()) return true
  return Number(pid) !== process.pid && isRunning(Number(pid)) && startOf(Number(pid)) === start
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A process number means the same within one boot and one namespace of processes: containers may share Docker's socket. */
function machine(): string {
  return [read('/proc/sys/kernel/random/boot_id') || hostname(), namespaceOfProcesses()].join('_').replaceAll('/', '_')
}

function namespaceOfProcesses(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

/** In ticks after the boot (proc(5), field 22 of stat): a number that is given out again has another. Empty where there is no /proc. */
function startOf(pid: number): string {
  const stat = read(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return ''
  }
}
