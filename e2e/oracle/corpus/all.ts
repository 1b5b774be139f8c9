import type { Case } from '../case.ts'
import { accessCases } from './access.ts'
import { applyCases } from './apply.ts'
import { bodyCases } from './bodies.ts'
import { builtinCases } from './builtins.ts'
import { crdSchemaCases } from './crd-schemas.ts'
import { crdCases } from './crds.ts'
import { createCases } from './create.ts'
import { deleteCases } from './delete.ts'
import { discoveryCases } from './discovery.ts'
import { formCases } from './forms.ts'
import { patchCases } from './patch.ts'
import { readCases } from './read.ts'
import { schemaCases } from './schemas.ts'
import { updateCases } from './update.ts'
import { watchCases } from './watch.ts'

/** Every case, by the file that its answers are recorded in. */
export const corpus: Readonly<Record<string, readonly Case[]>> = {
  access: accessCases,
  apply: applyCases,
  bodies: bodyCases,
  builtins: builtinCases,
  'crd-schemas': crdSchemaCases,
  crds: crdCases,
  create: createCases,
  delete: deleteCases,
  discovery: discoveryCases,
  forms: formCases,
  patch: patchCases,
  read: readCases,
  schemas: schemaCases,
  update: updateCases,
  watch: watchCases,
}
