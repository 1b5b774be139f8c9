/** How strategic merge patches treat the fields of a built-in kind. */
import type { PatchField, PatchSchema } from '../../patch/patch-schema.ts'
import type { MessageField, MessageTable } from './message-table.ts'
import { messageNamed, messageOf } from './registry.ts'

/** Undefined for kinds that are not built in: they take no strategic merge patch (415). */
export function patchSchemaOf(group: string, version: string, kind: string): PatchSchema | undefined {
  const table = messageOf(group, version, kind)
  if (table === undefined) return undefined
  const struct = structSchema(table)
  // metav1.TypeMeta, which no message contains.
  const text = fieldOf({ number: 0, name: '', type: 'string', rule: 'one', presence: 'omitempty', patch: undefined })
  return { ...struct, field: (name) => (name === 'kind' || name === 'apiVersion' ? text : struct.field(name)) }
}

function structSchema(table: MessageTable): PatchSchema {
  const fields = fieldsOf(table)
  return {
    name: table.name.slice(table.name.lastIndexOf('.') + 1),
    isStruct: true,
    field: (name) => {
      const field = fields.find((candidate) => candidate.name === name)
      return field === undefined ? undefined : fieldOf(field)
    },
  }
}

function fieldsOf(table: MessageTable): MessageField[] {
  return table.fields.flatMap((field) => (field.rule === 'inline' ? fieldsOf(messageNamed(field.type)) : [field]))
}

function fieldOf({ type, rule, patch }: MessageField): PatchField {
  const [strategy, mergeKey] = (patch ?? '').split(':')
  const isMessage = type.includes('.') && rule !== 'map'
  return {
    strategy: strategy === 'merge' || strategy === 'replace' ? strategy : undefined,
    mergeKey,
    list: rule === 'list',
    schema: isMessage ? structSchema(messageNamed(type)) : notStruct(rule === 'map' ? 'map' : type),
  }
}

function notStruct(name: string): PatchSchema {
  return { name, isStruct: false, field: () => undefined }
}
