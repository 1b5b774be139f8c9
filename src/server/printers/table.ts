/** meta.k8s.io/v1 Table: what `kubectl get` shows of objects (pkg/printers, customresource/tableconvertor). */
import {
  ageOf,
  evaluateJsonPath,
  type JsonPath,
  type KubeList,
  type KubeObject,
  parseJsonPath,
} from '../../machinery/index.ts'
import type { PrinterColumn, ResourceDefinition } from '../definition.ts'
import { cellText } from './cell-text.ts'
import { partialObjectMetadata } from './partial-object-metadata.ts'

export interface TableOptions {
  /** What each row carries besides its cells. */
  readonly includeObject: 'None' | 'Metadata' | 'Object'
  /** Of meta.k8s.io; default v1. */
  readonly metaVersion?: string
  /** Default true; without, columnDefinitions is null. */
  readonly headings?: boolean
  /** Milliseconds since the epoch: ages are counted from here. */
  readonly now: number
  /** Of the list, or the resourceVersion of a single object. */
  readonly metadata: KubeList['metadata']
}

export interface Table {
  readonly kind: 'Table'
  readonly apiVersion: string
  readonly metadata: KubeList['metadata']
  readonly columnDefinitions: readonly TableColumn[] | null
  readonly rows: readonly TableRow[]
}

export interface TableColumn {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  readonly priority: number
}

export interface TableRow {
  readonly cells: readonly Cell[]
  readonly object: KubeObject | null
}

type Cell = string | number | boolean | null

/**
 * A Table of some objects of one kind: a list, a single object or the object of a watch event.
 *
 * @example tableOf(definition, [widget], { includeObject: 'Metadata', now: Date.now(), metadata: {} })
 */
export function tableOf(definition: ResourceDefinition, objects: readonly KubeObject[], options: TableOptions): Table {
  const { columns } = definition
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.metaVersion ?? 'v1'}`,
    metadata: options.metadata,
    columnDefinitions: options.headings === false ? null : headingsOf(columns),
    rows: objects.map((object) => ({
      cells: columns.map((column) => cellOf(column, object, options.now)),
      object: rowObject(object, options),
    })),
  }
}

function rowObject(object: KubeObject, { includeObject, metaVersion }: TableOptions): KubeObject | null {
  if (includeObject === 'None') return null
  return includeObject === 'Object' ? object : partialObjectMetadata(object, metaVersion)
}

const headings = new WeakMap<readonly PrinterColumn[], readonly TableColumn[]>()

function headingsOf(columns: readonly PrinterColumn[]): readonly TableColumn[] {
  let found = headings.get(columns)
  if (found === undefined) {
    found = columns.map(({ name, type, format = '', description = '', priority = 0 }) => ({
      name,
      type,
      format,
      description,
      priority,
    }))
    headings.set(columns, found)
  }
  return found
}

/** Paths are compiled once a column; undefined for one that cannot be. */
const paths = new WeakMap<PrinterColumn, { readonly path: JsonPath | undefined }>()

function pathOf(column: PrinterColumn): JsonPath | undefined {
  let found = paths.get(column)
  if (found === undefined) {
    const parsed = parseJsonPath(column.jsonPath ?? '')
    found = { path: parsed.ok ? parsed.value : undefined }
    paths.set(column, found)
  }
  return found.path
}

function cellOf(column: PrinterColumn, object: KubeObject, now: number): Cell {
  if (column.cell !== undefined) return column.cell(object, now)
  const path = pathOf(column)
  const value = path === undefined ? undefined : evaluateJsonPath(path, object)[0]
  return value === undefined ? null : cellForValue(column.type, value, now)
}

/** A value that is not of the column's type is not shown. */
function cellForValue(type: string, value: unknown, now: number): Cell {
  if (type === 'string') return cellText(value)
  if (type === 'integer') return typeof value === 'number' ? Math.trunc(value) : null
  if (type === 'number') return typeof value === 'number' ? value : null
  if (type === 'boolean') return typeof value === 'boolean' ? value : null
  if (type === 'date' && typeof value === 'string') return dateText(value, now)
  return null
}

function dateText(value: string, now: number): string {
  if (value === '') return '<unknown>'
  return Number.isNaN(Date.parse(value)) ? '<invalid>' : ageOf(value, now)
}
