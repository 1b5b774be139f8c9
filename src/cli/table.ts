/** meta.k8s.io/v1 Table, and its text as kubectl prints it (cli-runtime/pkg/printers/tableprinter.go). */
import type { KubeObject } from '../machinery/index.ts'
import { alignColumns, TABLE_COLUMNS } from './columns.ts'

export interface Table {
  readonly kind: 'Table'
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
  readonly columnDefinitions: readonly TableColumn[] | null
  readonly rows: readonly TableRow[] | null
}

export interface TableColumn {
  readonly name: string
  readonly type: string
  readonly priority?: number
}

export interface TableRow {
  readonly cells: readonly unknown[]
  /** With `includeObject=Metadata`, the default, only its metadata. */
  readonly object?: KubeObject
}

export interface TableStyle {
  readonly wide: boolean
  readonly noHeaders: boolean
  readonly withNamespace: boolean
  readonly showLabels: boolean
  /** Prefix of names when several resources are shown: `configmap`, `widget.example.com`. */
  readonly kindPrefix: string
}

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'Table'
}

/** Prints table after table with one set of columns; the header comes with the first. */
export function tablePrinter(style: TableStyle): (table: Table) => string {
  let columns: readonly TableColumn[] = []
  let started = false
  const widths: number[] = []
  return (table) => {
    // Only the first table of a watch names the columns.
    if ((table.columnDefinitions ?? []).length > 0) columns = table.columnDefinitions ?? []
    const shown = columns.map(({ priority = 0 }) => style.wide || priority === 0)
    const lines: string[][] = []
    if (!started && !style.noHeaders) lines.push(headerOf(columns, shown, style))
    started = true
    for (const row of table.rows ?? []) lines.push(cellsOf(row, columns, shown, style))
    return alignColumns(lines, TABLE_COLUMNS, widths)
  }
}

function headerOf(columns: readonly TableColumn[], shown: readonly boolean[], style: TableStyle): string[] {
  const names = columns.filter((_, index) => shown[index]).map(({ name }) => name.toUpperCase())
  return [...(style.withNamespace ? ['NAMESPACE'] : []), ...names, ...(style.showLabels ? ['LABELS'] : [])]
}

function cellsOf(
  row: TableRow,
  columns: readonly TableColumn[],
  shown: readonly boolean[],
  style: TableStyle,
): string[] {
  const cells: string[] = style.withNamespace ? [row.object?.metadata?.namespace ?? ''] : []
  for (const [index, cell] of row.cells.entries()) {
    if (shown[index] !== true) continue
    const isName = columns[index]?.name === 'Name' && style.kindPrefix !== ''
    cells.push(isName ? `${style.kindPrefix}/${cellText(cell)}` : cellText(cell))
  }
  if (style.showLabels) cells.push(labelsText(row.object?.metadata?.labels))
  return cells
}

function labelsText(labels: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
  return pairs.length === 0 ? '<none>' : pairs.sort().join(',')
}

/** One line, and nothing that moves a terminal's cursor. */
function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  const text = typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
  const end = text.search(/[\f\n\r]/)
  return printable(end === -1 ? text : `${text.slice(0, end)}...`)
}

export function printable(text: string): string {
  return text.replaceAll('\x1b', '^[').replaceAll('\t', '  ')
}
