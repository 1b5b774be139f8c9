/** Which objects of a range a list or watch is about: label and field selectors, judged on row headers alone. */
import {
  badRequest,
  type FieldSelector,
  type LabelSelector,
  parseFieldSelector,
  parseLabelSelector,
} from '../machinery/index.ts'
import type { RequestContext, ResourceContext } from './context.ts'
import type { ResourceDefinition } from './definition.ts'
import { fieldsOf } from './fields.ts'
import { decodeRow, type RowHeader, readHeader, UNWRITTEN } from './row.ts'

export interface Selection {
  /** Nothing is filtered out. */
  readonly everything: boolean
  readonly matches: (key: string, value: Buffer) => boolean
  /** The one name that can match, when the selector or the URL fixes it. */
  readonly name: string | undefined
}

export function readSelection(context: ResourceContext): Selection {
  const { definition, info } = context
  const labels = readLabelSelector(context)
  const fields = readFieldSelector(context)
  for (const { field } of fields?.requirements ?? []) {
    if (!isSelectable(definition, field)) throw badRequest(notSelectable(definition, field))
  }
  const named = info.name === '' ? undefined : info.name
  return {
    everything: named === undefined && labels === undefined && fields === undefined,
    name: named ?? fields?.exactMatch('metadata.name'),
    matches: (key, value) => {
      if (named !== undefined && nameOf(key) !== named) return false
      const header = readHeader(value)
      if (labels !== undefined && !labels.matches(header.l ?? {})) return false
      if (fields === undefined) return true
      return fields.matches({
        ...fieldsHere(definition, fieldsOfRow(definition, header, value)),
        'metadata.name': nameOf(key),
        'metadata.namespace': namespaceOf(definition, key),
      })
    },
  }
}

/** A row that was written before a field became selectable has it in its body alone. */
function fieldsOfRow(
  definition: ResourceDefinition,
  { f: written = {} }: RowHeader,
  value: Buffer,
): Readonly<Record<string, string>> {
  if (definition.storedForm !== undefined) return written
  if (definition.selectableFields.every((field) => Object.hasOwn(written, field))) return written
  return fieldsOf(definition, decodeRow(value, '', UNWRITTEN)) ?? written
}

/** A definition that serves another one's rows may have other names for their fields. */
function fieldsHere(
  { storedForm }: ResourceDefinition,
  fields: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string | undefined>> {
  if (storedForm === undefined) return fields
  return Object.fromEntries(Object.entries(storedForm.fields).map(([here, there]) => [here, fields[there]]))
}

/** Built-in kinds without selectable fields of their own go by upstream's general rule, which words it differently. */
function notSelectable({ builtIn, selectableFields }: ResourceDefinition, field: string): string {
  if (!builtIn || selectableFields.length > 0) return `field label not supported: ${field}`
  return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
}

function isSelectable(definition: ResourceDefinition, field: string): boolean {
  if (field === 'metadata.name') return true
  return (field === 'metadata.namespace' && definition.namespaced) || definition.selectableFields.includes(field)
}

function readLabelSelector({ query }: RequestContext): LabelSelector | undefined {
  const text = query.get('labelSelector')
  if (text === null || text === '') return undefined
  const parsed = parseLabelSelector(text)
  if (!parsed.ok) throw badRequest(parsed.error)
  return parsed.value
}

function readFieldSelector({ query }: RequestContext): FieldSelector | undefined {
  const text = query.get('fieldSelector')
  if (text === null || text === '') return undefined
  const parsed = parseFieldSelector(text)
  if (!parsed.ok) throw badRequest(parsed.error)
  return parsed.value.requirements.length === 0 ? undefined : parsed.value
}

/** Names and namespaces hold no character that is escaped in a key, but for those of path segment names. */
function nameOf(key: string): string {
  const name = key.slice(key.lastIndexOf('/') + 1)
  return name.includes('%') ? decodeURIComponent(name) : name
}

function namespaceOf({ namespaced }: ResourceDefinition, key: string): string {
  if (!namespaced) return ''
  const end = key.lastIndexOf('/')
  return key.slice(key.lastIndexOf('/', end - 1) + 1, end)
}
