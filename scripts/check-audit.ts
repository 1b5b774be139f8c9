/**
 * Known vulnerabilities of production packages, as `npm audit` has them. Registries that mirror packages often do not answer
 * that question; then this says so, and passes.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

export type Audit =
  | { readonly kind: 'clean' }
  | { readonly kind: 'vulnerable'; readonly packages: readonly string[] }
  | { readonly kind: 'unanswered'; readonly reason: string }

interface Report {
  readonly message?: string
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>
}

/** What `npm audit --json` printed, read. A moderate one counts, a low one does not. */
export function readAudit(printed: string): Audit {
  const report = parse(printed)
  if (report?.vulnerabilities === undefined)
    return { kind: 'unanswered', reason: withoutAddress(report?.message ?? (printed.trim() || 'no output')) }
  const packages = Object.entries(report.vulnerabilities)
    .filter(([, { severity }]) => severity !== 'info' && severity !== 'low')
    .map(([name, { severity }]) => `${name} (${severity})`)
  return packages.length === 0 ? { kind: 'clean' } : { kind: 'vulnerable', packages }
}

function parse(printed: string): Report | undefined {
  try {
    return JSON.parse(printed) as Report
  } catch {
    return undefined
  }
}

function withoutAddress(reason: string): string {
  return reason.replaceAll(/https?:\/\/\S+/g, 'the registry')
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: root, encoding: 'utf8' })
  const audit = readAudit(stdout ?? '')
  if (audit.kind === 'clean') console.log('no known vulnerabilities')
  if (audit.kind === 'unanswered') console.log(`NOT AUDITED: ${audit.reason}`)
  if (audit.kind === 'vulnerable') console.error(`vulnerable: ${audit.packages.join(', ')}`)
  process.exitCode = audit.kind === 'vulnerable' ? 1 : 0
}
