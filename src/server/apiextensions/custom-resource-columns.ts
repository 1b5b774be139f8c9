/** Columns of a custom resource: those that its CRD lists, or its age (pkg/registry/customresource/tableconvertor). */
import { CREATION_DESCRIPTION, NAME } from '../builtins/columns.ts'
import { type Fields, objectsIn, textIn } from '../builtins/untyped.ts'
import type { PrinterColumn } from '../definition.ts'

const AGE: PrinterColumn = {
  name: 'Age',
  type: 'date',
  description: CREATION_DESCRIPTION,
  jsonPath: '.metadata.creationTimestamp',
}

function columnOf({ name, type, format, description, priority, jsonPath }: Fields): PrinterColumn {
  return {
    name: textIn(name),
    type: textIn(type),
    ...(textIn(format) !== '' && { format: textIn(format) }),
    description: textIn(description) || `Custom resource definition column (in JSONPath format): ${textIn(jsonPath)}`,
    ...(typeof priority === 'number' && { priority }),
    jsonPath: textIn(jsonPath),
  }
}

export function customResourceColumns(version: Fields): PrinterColumn[] {
  const columns = objectsIn(version.additionalPrinterColumns).map(columnOf)
  return [NAME, ...(columns.length === 0 ? [AGE] : columns)]
}
