/** One condition of many objects, in upstream's words (util/conditions/merge_strategies.go). */
import { findCondition } from '../../controller/index.ts'
import type { Condition, KubeObject } from '../../machinery/index.ts'
import type { Said } from './conditions.ts'

interface Having extends KubeObject {
  readonly status?: { readonly conditions?: readonly Partial<Condition>[] }
}

export interface Aggregation {
  /** The condition of the whole. */
  readonly type: string
  /** That of each object. */
  readonly source: string
  /** `True` is bad news. */
  readonly isNegative?: boolean
  readonly reasons: { readonly issue: string; readonly unknown: string; readonly fine: string }
}

/** Messages that are told; of what has the same one, so many names. */
const SHOWN = 3

export function aggregate(objects: readonly Having[], { type, source, isNegative, reasons }: Aggregation): Said {
  const good = isNegative === true ? 'False' : 'True'
  const bad = isNegative === true ? 'True' : 'False'
  const told = objects.map((object) => {
    const found = findCondition((object.status?.conditions ?? []) as Condition[], source)
    const missing = { status: 'Unknown', message: `Condition ${source} not yet reported` }
    return { object, ...(found === undefined ? missing : { status: found.status, message: found.message ?? '' }) }
  })
  const issues = told.filter(({ status }) => status === bad)
  const unknown = told.filter(({ status }) => status !== bad && status !== good)
  const news = [...issues, ...unknown]
  const message = messagesOf(news.length > 0 ? news : told.filter((each) => each.message !== ''))
  if (issues.length > 0) return { type, status: bad, reason: reasons.issue, message }
  if (unknown.length > 0) return { type, status: 'Unknown', reason: reasons.unknown, message }
  return { type, status: good, reason: reasons.fine, message }
}

function messagesOf(told: readonly { readonly object: KubeObject; readonly message: string }[]): string {
  const groups = new Map<string, { kind: string; names: string[]; message: string }>()
  for (const { object, message } of told) {
    const key = `${object.kind} ${message}`
    const group = groups.get(key) ?? { kind: object.kind, names: [], message }
    group.names.push(object.metadata.name ?? '')
    groups.set(key, group)
  }
  const all = [...groups.values()].sort((one, other) => other.names.length - one.names.length)
  const lines = all.slice(0, SHOWN).map(({ kind, names, message }) => {
    const shown = names.sort().slice(0, SHOWN).join(', ')
    const more = names.length > SHOWN ? `, ... (${names.length - SHOWN} more)` : ''
    return `* ${names.length === 1 ? kind : `${kind}s`} ${shown}${more}:${indented(message)}`
  })
  const others = all.slice(SHOWN).reduce((count, { names }) => count + names.length, 0)
  return [...lines, ...(others > 0 ? [`And ${others} with other issues`] : [])].join('\n')
}

/** Lines below their bullet. */
export function indented(message: string): string {
  if (!message.includes('\n') && !/^\s*\*\s/.test(message)) return ` ${message}`
  const lines = message.split('\n')
  const areBullets = lines.every((line) => /^\s*\*\s/.test(line))
  return `\n${lines.map((line) => (areBullets || /^\s*\*\s/.test(line) ? `  ${line}` : `  * ${line}`)).join('\n')}`
}
