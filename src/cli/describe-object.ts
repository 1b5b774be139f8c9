/** An object in words, as kubectl describes kinds that it does not know (kubectl/pkg/describe, genericDescriber). */
import type { KubeObject } from '../machinery/index.ts'
import { alignColumns, DESCRIPTION_COLUMNS } from './columns.ts'
import { printable } from './table.ts'

export interface EventObject extends KubeObject {
  readonly type?: string
  readonly reason?: string
  readonly message?: string
  readonly count?: number
  readonly firstTimestamp?: string | null
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
  readonly reportingComponent?: string
  readonly source?: { readonly component?: string }
}

const INDENT = '  '
const SHOWN_ABOVE = new Set(['apiVersion', 'kind'])
const METADATA_ABOVE = new Set(['name', 'namespace', 'labels', 'annotations', 'managedFields', 'generateName'])
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

type Lines = string[][]

export function describeObject(object: KubeObject, events: readonly EventObject[] | undefined, now: number): string {
  const { metadata, apiVersion, kind } = object
  const lines: Lines = [['Name:', metadata.name ?? '']]
  // Empty for what lives in no namespace, as kubectl writes it.
  lines.push(['Namespace:', metadata.namespace ?? ''])
  writePairs(lines, 'Labels:', '=', metadata.labels)
  const { [LAST_APPLIED]: _, ...annotations } = metadata.annotations ?? {}
  writePairs(lines, 'Annotations:', ': ', annotations)
  lines.push(['API Version:', apiVersion], ['Kind:', kind])
  if (kind === 'Secret' && apiVersion === 'v1') writeSecret(lines, object)
  else writeContent(lines, 0, object, SHOWN_ABOVE)
  writeEvents(lines, events, now)
  return alignColumns(lines, DESCRIPTION_COLUMNS).replaceAll(/ +$/gm, '')
}

function writePairs(lines: Lines, title: string, separator: string, map: Readonly<Record<string, string>> = {}): void {
  const keys = Object.keys(map).sort()
  if (keys.length === 0) lines.push([title, '<none>'])
  for (const [index, key] of keys.entries()) {
    lines.push([index === 0 ? title : '', `${key}${separator}${printable(map[key] ?? '')}`])
  }
}

/** How long each value is, never the value. */
function writeSecret(lines: Lines, object: KubeObject): void {
  const data = (object.data ?? {}) as Readonly<Record<string, string>>
  lines.push([''], ['Type:', String(object.type ?? '')], [''], ['Data'], ['===='])
  for (const key of Object.keys(data).sort()) {
    lines.push([`${key}:`, `${Buffer.from(data[key] ?? '', 'base64').length} bytes`])
  }
}

function writeContent(lines: Lines, level: number, content: object, skip: ReadonlySet<string>): void {
  const indent = INDENT.repeat(level)
  for (const [field, value] of Object.entries(content).sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (skip.has(field)) continue
    const label = `${indent}${labelOf(field)}:`
    if (Array.isArray(value)) {
      lines.push([label])
      for (const item of value) {
        if (typeof item === 'object' && item !== null) writeContent(lines, level + 1, item, new Set())
        else lines.push([`${indent}${INDENT}${scalarText(item)}`])
      }
    } else if (typeof value === 'object' && value !== null) {
      lines.push([label])
      writeContent(lines, level + 1, value, level === 0 && field === 'metadata' ? METADATA_ABOVE : new Set())
    } else lines.push([label, scalarText(value)])
  }
}

function scalarText(value: unknown): string {
  return value === null ? '<nil>' : printable(String(value))
}

const ACRONYMS = new Set(['API', 'URL', 'UID', 'OSB', 'GUID'])

/** `creationTimestamp` is `Creation Timestamp`, `uid` is `UID`. */
function labelOf(field: string): string {
  const words = field.match(/[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+|\d+|[^A-Za-z\d]+/g) ?? [field]
  return words
    .filter((word) => word !== '_')
    .map((word) => (ACRONYMS.has(word.toUpperCase()) ? word.toUpperCase() : word[0]?.toUpperCase() + word.slice(1)))
    .join(' ')
}

function writeEvents(lines: Lines, events: readonly EventObject[] | undefined, now: number): void {
  if (events === undefined) return
  if (events.length === 0) {
    lines.push(['Events:', '<none>'])
    return
  }
  const titles = ['Type', 'Reason', 'Age', 'From', 'Message']
  lines.push(
    ['Events:'],
    ['  Type', ...titles.slice(1)],
    ['  ----', ...titles.slice(1).map((title) => '-'.repeat(title.length))],
  )
  for (const event of events) {
    const from = event.reportingComponent || event.source?.component || ''
    const cells = [event.type ?? '', event.reason ?? '', ageOf(event, now), from, (event.message ?? '').trim()]
    lines.push(cells.map((cell, index) => (index === 0 ? `  ${cell}` : printable(cell))))
  }
}

function ageOf(event: EventObject, now: number): string {
  const last = event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp
  if (last === undefined || last === null) return '<unknown>'
  const age = durationText(now - Date.parse(last))
  const first = event.firstTimestamp
  if ((event.count ?? 1) <= 1 || first === undefined || first === null) return age
  return `${age} (x${event.count} over ${durationText(now - Date.parse(first))})`
}

/** apimachinery/pkg/util/duration HumanDuration: `5s`, `2m30s`, `15m`, `3h20m`, `5h`, `2d4h`, `12d`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`
  if (hours < 48) return `${hours}h`
  const days = Math.floor(hours / 24)
  if (days < 8) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`
  if (days < 730) return `${days}d`
  const years = Math.floor(days / 365)
  if (years < 8) return days % 365 === 0 ? `${years}y` : `${years}y${days % 365}d`
  return `${years}y`
}
