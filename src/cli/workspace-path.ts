/** Workspace paths as kcp's plugin reads them: `:root:acme` is absolute, `a:b`, `..` and `.` start from where one is. */
import { clusterPathOf } from '../client/index.ts'
import { KeelsonError } from '../machinery/index.ts'

const SEGMENT = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/** `from` is a URL or prefix with `/clusters/<path>`. `/` reads as `:`. */
export function resolveWorkspace(from: string, text: string): string {
  const given = text.replaceAll('/', ':')
  const current = clusterPathOf(from)
  const absolute = given.startsWith(':')
  if (!absolute && current === undefined) {
    throw new KeelsonError('the current server URL names no workspace', 'use an absolute path such as :root')
  }
  const segments = absolute ? [] : (current ?? '').split(':')
  for (const segment of given.replace(/^:/, '').split(':')) {
    if (segment === '.' || (segment === '' && given === ':')) continue
    if (segment === '..') {
      if (segments.length <= 1)
        throw new KeelsonError(`${current ?? given} has no parent workspace`, 'stay or use :root')
      segments.pop()
    } else if (SEGMENT.test(segment)) segments.push(segment)
    else
      throw new KeelsonError(
        `invalid workspace name ${JSON.stringify(segment)} in "${text}"`,
        'use lower-case letters, digits and -',
      )
  }
  return segments.length === 0 ? 'root' : segments.join(':')
}

/** `root:acme` for `root:acme:web`; undefined at the top. */
export function parentOf(path: string): string | undefined {
  const end = path.lastIndexOf(':')
  return end === -1 ? undefined : path.slice(0, end)
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf(':') + 1)
}
