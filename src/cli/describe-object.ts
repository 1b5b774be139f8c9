/** An object in words, as kubectl describes kinds that it does not know (kubectl/pkg/describe, genericDescriber). */
import { humanDuration, type KubeObject } from '../machinery/index.ts'
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
const METADATA_ABOVE = new Set(['name', 'namespace', 'labels', 'annotations', 'managedFields'])
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

type Lines = string[][]

export function describeObject(object: KubeObject, events: readonly EventObject[] | undefined, now: number): string {
  const { metadata, apiVersion, kind } = object
  const lines: Lines = [['Name:', metadata.name ?? '']]
  // Empty for what lives in no namespace, as kubectl writes it.
  lines.push(['Namespace:', metadata.namespace ?? ''])
  writeLabels(lines, metadata.labels)
  writeAnnotations(lines, metadata.annotations)
  if (kind === 'Secret' && apiVersion === 'v1') writeSecret(lines, object)
  else if (kind === 'ConfigMap' && apiVersion === 'v1') writeConfigMap(lines, object)
  else {
    lines.push(['API Version:', apiVersion], ['Kind:', kind])
    writeContent(lines, 0, object, SHOWN_ABOVE)
  }
  if (events !== undefined) writeEvents(lines, events, now)
  return alignColumns(lines, DESCRIPTION_COLUMNS)
}

function writeLabels(lines: Lines, labels: Readonly<Record<string, string>> = {}): void {
  const texts = Object.keys(labels)
    .sort()
    .map((key) => `${key}=${printable(labels[key] ?? '')}`)
  writeList(lines, 'Labels:', texts)
}

/** A value that is long or has several lines begins on a line of its own. */
function writeAnnotations(
  lines: Lines,
  { [LAST_APPLIED]: _, ...annotations }: Readonly<Record<string, string>> = {},
): void {
  const texts = Object.keys(annotations)
    .sort()
    .flatMap((key) => {
      const value = printable(annotations[key] ?? '').replace(/\n$/, '')
      if (key.length + value.length + 2 <= ANNOTATION_WIDTH && !value.includes('\n')) return [`${key}: ${value}`]
      return [`${key}:`, ...value.split('\n').map((line) => `  ${shortened(line, ANNOTATION_WIDTH - 2)}`)]
    })
  writeList(lines, 'Annotations:', texts)
}

const ANNOTATION_WIDTH = 140

function shortened(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width)}...` : text
}

function writeList(lines: Lines, title: string, texts: readonly string[]): void {
  if (texts.length === 0) lines.push([title, '<none>'])
  for (const [index, text] of texts.entries()) lines.push([index === 0 ? title : '', text])
}

/** How long each value is, never the value. */
function writeSecret(lines: Lines, object: KubeObject): void {
  const data = (object.data ?? {}) as Readonly<Record<string, string>>
  lines.push([''], ['Type:', String(object.type ?? '')], [''], ['Data'], ['===='])
  for (const key of Object.keys(data).sort()) {
    lines.push([`${key}:`, `${Buffer.from(data[key] ?? '', 'base64').length} bytes`])
  }
}

function writeConfigMap(lines: Lines, object: KubeObject): void {
  const data = (object.data ?? {}) as Readonly<Record<string, string>>
  lines.push([''], ['Data'], ['===='])
  for (const key of Object.keys(data).sort()) {
    lines.push(
      [`${key}:`],
      ['----'],
      ...printable(data[key] ?? '')
        .split('\n')
        .map((line) => [line]),
      [''],
    )
  }
  const binary = (object.binaryData ?? {}) as Readonly<Record<string, string>>
  lines.push([''], ['BinaryData'], ['===='])
  for (const key of Object.keys(binary).sort()) {
    lines.push([`${key}: ${Buffer.from(binary[key] ?? '', 'base64').length} bytes`])
  }
  lines.push([''])
}

function writeContent(lines: Lines, level: number, content: object, skip: ReadonlySet<string>): void {
  const indent = INDENT.repeat(level)
  for (const [field, value] of Object.entries(content).sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (skip.has(field)) continue
    const label = `${indent}${labelOf(field)}:`
    if (Array.isArray(value)) {
      lines.push([label])
      for (const item of value) {
        if (typeof item === 'object' && item !== null && !Array.isArray(item))
          writeContent(lines, level + 1, item, new Set())
        else lines.push([`${indent}${INDENT}${scalarText(item)}`])
      }
    } else if (typeof value === 'object' && value !== null) {
      lines.push([label])
      writeContent(lines, level + 1, value, level === 0 && field === 'metadata' ? METADATA_ABOVE : new Set())
    } else {
      const [first = '', ...more] = scalarText(value).split('\n')
      lines.push([label, first], ...more.map((line) => [line]))
    }
  }
}

/** As Go prints it. */
function scalarText(value: unknown): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(scalarText).join(' ')}]`
  if (typeof value === 'number') return String(value).replace(/e([+-])(\d)$/, 'e$10$2')
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value))
}

const ACRONYMS = new Set(['API', 'URL', 'UID', 'OSB', 'GUID'])

/** `creationTimestamp` is `Creation Timestamp`, `uid` is `UID`; what is not plain camel case stays as it is. */
function labelOf(field: string): string {
  if (!/^[a-z][a-zA-Z-]*$/.test(field)) return field
  return field
    .split(/(?<=[a-z])(?=[A-Z])|(?=-)|(?<=-)/)
    .map((word) =>
      ACRONYMS.has(word.toUpperCase()) ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1),
    )
    .join(' ')
}

function writeEvents(lines: Lines, events: readonly EventObject[], now: number): void {
  if (events.length === 0) {
    lines.push(['Events:', '<none>'])
    return
  }
  const titles = ['Type', 'Reason', 'Age', 'From', 'Message']
  lines.push(
    ['Events:'],
    ['  Type', ...titles.slice(1)],
    ['  ----', ...titles.slice(1).map((title) => '-'.repeat(Math.max(4, title.length)))],
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
  const age = humanDuration(now - Date.parse(last))
  const first = event.firstTimestamp
  if ((event.count ?? 1) <= 1 || first === undefined || first === null) return age
  return `${age} (x${event.count} over ${humanDuration(now - Date.parse(first))})`
}
