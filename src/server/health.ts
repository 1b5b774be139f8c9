/** /livez, /readyz and /healthz: one check each, all of them, or all but some (apiserver/pkg/server/healthz). */
import type { Store } from '../storage/index.ts'
import type { Answer } from './answer.ts'

export interface HealthCheck {
  readonly name: string
  /** Rejects when it fails; why is for the log alone. */
  readonly check: () => Promise<void>
  /** Only to know whether requests may come: not asked for by /livez and /healthz. */
  readonly readinessOnly?: boolean
}

/** Named as upstream's, so that `?exclude=etcd` means the store here, too. */
export function serverChecks(store: Store): readonly HealthCheck[] {
  const reads = async (): Promise<void> => {
    if (store.fresh === undefined) await store.get('/')
    else await within(STORE_MS, store.fresh())
  }
  return [
    { name: 'ping', check: async () => undefined },
    { name: 'etcd', check: reads },
    { name: 'etcd-readiness', check: reads, readinessOnly: true },
  ]
}

/** As --etcd-healthcheck-timeout: a store elsewhere may not answer at all. */
const STORE_MS = 2_000

async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no answer in ${milliseconds} ms`)), milliseconds)
  try {
    await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

const ENDPOINTS = new Set(['livez', 'readyz', 'healthz'])
const TEXT = 'text/plain; charset=utf-8'
const NO_SNIFF: Readonly<Record<string, string>> = { 'x-content-type-options': 'nosniff' }

/** Undefined: no path of health. */
export async function healthAnswer(
  checks: readonly HealthCheck[],
  path: string,
  query: URLSearchParams,
): Promise<Answer | undefined> {
  const [endpoint = '', name, ...more] = path.slice(1).split('/')
  if (!ENDPOINTS.has(endpoint) || more.length > 0) return undefined
  const wanted = checks.filter(({ readinessOnly }) => readinessOnly !== true || endpoint === 'readyz')
  if (name === undefined || name === '') return allOf(wanted, endpoint, query)
  const one = wanted.find((check) => check.name === name)
  if (one === undefined) return undefined
  return (await passes(one)) ? text(200, 'ok', {}) : text(500, `internal server error: ${name} failed\n`)
}

async function allOf(checks: readonly HealthCheck[], endpoint: string, query: URLSearchParams): Promise<Answer> {
  const excluded = new Set(query.getAll('exclude').filter((name) => name !== ''))
  const lines: string[] = []
  let failed = false
  for (const check of checks) {
    if (excluded.delete(check.name)) {
      lines.push(`[+]${check.name} excluded: ok\n`)
    } else if (await passes(check)) lines.push(`[+]${check.name} ok\n`)
    else {
      lines.push(`[-]${check.name} failed: reason withheld\n`)
      failed = true
    }
  }
  if (excluded.size > 0) {
    const names = [...excluded].map((each) => JSON.stringify(each)).sort()
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names.join(', ')}\n`)
  }
  if (failed) return text(500, `${lines.join('')}${endpoint} check failed\n`)
  return text(200, query.has('verbose') ? `${lines.join('')}${endpoint} check passed\n` : 'ok')
}

async function passes({ check }: HealthCheck): Promise<boolean> {
  try {
    await check()
    return true
  } catch {
    return false
  }
}

function text(status: number, body: string, headers = NO_SNIFF): Answer {
  return { type: 'document', status, contentType: TEXT, body: Buffer.from(body), headers }
}
