import { ageOf } from '../../machinery/index.ts'
/** Printer columns that most kinds share (pkg/printers/internalversion); texts are those of metav1.ObjectMeta. */
import type { PrinterColumn } from '../definition.ts'

const NAME_DESCRIPTION =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names'
export const CREATION_DESCRIPTION =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata'

export const NAME: PrinterColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: NAME_DESCRIPTION,
  cell: (object) => object.metadata.name ?? '',
}

export const AGE: PrinterColumn = {
  name: 'Age',
  type: 'string',
  description: CREATION_DESCRIPTION,
  cell: (object, now) => ageOf(object.metadata.creationTimestamp, now),
}

/** What a kind without a printer of its own shows (registry/rest.NewDefaultTableConvertor). */
export const DEFAULT_COLUMNS: readonly PrinterColumn[] = [
  NAME,
  {
    name: 'Created At',
    type: 'date',
    description: CREATION_DESCRIPTION,
    cell: (object) => object.metadata.creationTimestamp ?? '0001-01-01T00:00:00Z',
  },
]
