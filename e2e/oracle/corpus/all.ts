import type { Case } from '../case.ts'
import { accessCases } from './access.ts'
import { aggregationCases } from './aggregation.ts'
import { applyCases } from './apply.ts'
import { applyChangeCases } from './apply-changes.ts'
import { bodyCases } from './bodies.ts'
import { builtinCases } from './builtins.ts'
import { certificateCases } from './certificates.ts'
import { crdSchemaCases } from './crd-schemas.ts'
import { crdCases } from './crds.ts'
import { createCases } from './create.ts'
import { definitionCases } from './definitions-at-work.ts'
import { deleteCases } from './delete.ts'
import { discoveryCases } from './discovery.ts'
import { escalationCases } from './escalation.ts'
import { formCases } from './forms.ts'
import { patchCases } from './patch.ts'
import { protobufCases } from './protobuf.ts'
import { quotaCases } from './quotas.ts'
import { ratchetingCases } from './ratcheting.ts'
import { readCases } from './read.ts'
import { ruleCases } from './rules.ts'
import { schemaCases } from './schemas.ts'
import { streamCases } from './streams.ts'
import { tlsCases } from './tls-pairs.ts'
import { tokenCases } from './tokens.ts'
import { updateCases } from './update.ts'
import { watchCases } from './watch.ts'

/** Every case, by the file that its answers are recorded in. */
export const corpus: Readonly<Record<string, readonly Case[]>> = {
  access: accessCases,
  aggregation: aggregationCases,
  apply: applyCases,
  'apply-changes': applyChangeCases,
  bodies: bodyCases,
  builtins: builtinCases,
  certificates: certificateCases,
  'crd-schemas': crdSchemaCases,
  crds: crdCases,
  create: createCases,
  'definitions-at-work': definitionCases,
  escalation: escalationCases,
  ratcheting: ratchetingCases,
  'tls-pairs': tlsCases,
  delete: deleteCases,
  discovery: discoveryCases,
  forms: formCases,
  patch: patchCases,
  protobuf: protobufCases,
  quotas: quotaCases,
  read: readCases,
  rules: ruleCases,
  schemas: schemaCases,
  streams: streamCases,
  tokens: tokenCases,
  update: updateCases,
  watch: watchCases,
}
