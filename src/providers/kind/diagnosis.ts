/** What a log says of the cause, for people: the first that fits. */
interface Cause {
  readonly sign: RegExp
  readonly says: string
}

const CAUSES: readonly Cause[] = [
  { sign: /no space left on device/i, says: "Docker's disk is full; free some: docker system df" },
  {
    sign: /(manifest unknown|pull access denied|No such image|repository does not exist|failed to pull image|not found: manifest)/i,
    says: 'the node image is not there and cannot be pulled',
  },
  {
    sign: /(non-overlapping IPv4 address pool|all predefined address pools have been fully subnetted)/i,
    says: 'Docker has no free address range for a network; remove networks that are not needed: docker network prune',
  },
  { sign: /(port is already allocated|address already in use)/i, says: 'a port of this machine is taken' },
  {
    sign: /(too many open files|inotify)/i,
    says: 'this machine allows too few open files: raise fs.inotify.max_user_watches and max_user_instances',
  },
  { sign: /(Cannot connect to the Docker daemon|connection refused.*docker)/i, says: 'Docker does not answer' },
  {
    sign: /(is already in use by container|node\(s\) already exist)/i,
    says: 'a container of this name is there already',
  },
  { sign: /(cannot allocate memory|out of memory|OOMKilled)/i, says: 'this machine has no memory left' },
  { sign: /exit status 125/i, says: 'docker run failed (125)' },
  {
    sign: /timed out waiting for the condition|context deadline exceeded/i,
    says: 'its control plane did not come up in time',
  },
]

export function diagnose(lines: readonly string[]): string | undefined {
  return CAUSES.find(({ sign }) => lines.some((line) => sign.test(line)))?.says
}

/** Whether the same call may well succeed: what docker run (125) and a name that was not free yet have in common. */
export function isPassing(lines: readonly string[]): boolean {
  const text = lines.join('\n')
  if (/no space left on device|No such image|manifest unknown|pull access denied/i.test(text)) return false
  return /exit status 125|is already in use by container|node\(s\) already exist|port is already allocated/i.test(text)
}
