import { isCABundle, type KubeObject, quote } from '../../machinery/index.ts'
import { ensureFields, type Fields, fieldsIn, textIn, textsIn } from '../builtins/untyped.ts'
import { type CrdCondition, conditionOf, isConditionTrue, setCondition } from './crd-conditions.ts'

export interface UsedNames {
  /** Plurals, singulars and short names. */
  readonly resources: ReadonlySet<string>
  /** Kinds and list kinds. */
  readonly kinds: ReadonlySet<string>
}

/** What other things of the group are called, whatever they are. */
export function usedNames(others: Iterable<Fields>): UsedNames {
  const resources = new Set<string>()
  const kinds = new Set<string>()
  for (const { plural, singular, shortNames, kind, listKind } of others) {
    for (const name of [textIn(plural), textIn(singular), ...textsIn(shortNames)]) resources.add(name)
    kinds.add(textIn(kind)).add(textIn(listKind))
  }
  return { resources, kinds }
}

interface Conflict {
  readonly reason: string
  readonly message: string
}

const inUse = (name: string) => `${quote(name)} is already in use`

/** Accepted names and NamesAccepted after the spec was written (apiextensions-apiserver/pkg/controller/status). */
export function acceptNames(crd: KubeObject, used: UsedNames, now: number): void {
  const requested = fieldsIn(fieldsIn(crd.spec).names)
  const status = ensureFields(crd, 'status')
  const accepted = fieldsIn(status.acceptedNames)
  const names: Fields = { plural: '', kind: '', ...accepted }
  let conflict: Conflict | undefined
  const decide = (field: string, reason: string, taken: ReadonlySet<string>) => {
    const name = textIn(requested[field])
    if (name !== textIn(accepted[field]) && taken.has(name)) conflict = { reason, message: inUse(name) }
    else names[field] = name
  }
  decide('plural', 'PluralConflict', used.resources)
  decide('singular', 'SingularConflict', used.resources)
  const known = textsIn(accepted.shortNames)
  const taken = textsIn(requested.shortNames).filter((name) => !known.includes(name) && used.resources.has(name))
  if (taken.length > 0) {
    const texts = taken.map(inUse)
    conflict = {
      reason: 'ShortNamesConflict',
      message: texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`,
    }
  } else {
    setOrDelete(names, 'shortNames', requested.shortNames)
  }
  decide('kind', 'KindConflict', used.kinds)
  decide('listKind', 'ListKindConflict', used.kinds)
  setOrDelete(names, 'categories', requested.categories)
  status.acceptedNames = ordered(names)
  setNameConditions(crd, conflict, now)
}

function setNameConditions(crd: KubeObject, conflict: Conflict | undefined, now: number): void {
  const reason = conflict?.reason ?? 'NoConflicts'
  const message = conflict?.message ?? 'no conflicts found'
  setCondition(crd, { type: 'NamesAccepted', status: conflict === undefined ? 'True' : 'False', reason, message }, now)
  if (conflict === undefined || conditionOf(crd, 'Established') !== undefined) return
  const notAccepted = { reason: 'NotAccepted', message: 'not all names are accepted' } as const
  setCondition(crd, { type: 'Established', status: 'False', ...notAccepted }, now)
}

/** What has its names is served: there is nothing to install (apiextensions-apiserver/pkg/controller/establish). */
export function establish(crd: KubeObject, now: number): void {
  if (!isConditionTrue(crd, 'NamesAccepted') || isConditionTrue(crd, 'Established')) return
  const { caBundle } = fieldsIn(fieldsIn(fieldsIn(fieldsIn(crd.spec).conversion).webhook).clientConfig)
  const isUsable = textIn(caBundle) === '' || isCABundle(textIn(caBundle))
  const condition = isUsable
    ? { status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }
    : { status: 'False', reason: 'InvalidCABundle', message: 'The conversion webhook CABundle is invalid' }
  setCondition(crd, { type: 'Established', ...condition } as CrdCondition, now)
}

function setOrDelete(names: Fields, field: string, value: unknown): void {
  if (textsIn(value).length === 0) delete names[field]
  else names[field] = textsIn(value)
}

/** The order in which upstream writes them. */
function ordered(names: Fields): Fields {
  const fields = ['plural', 'singular', 'shortNames', 'kind', 'listKind', 'categories']
  return Object.fromEntries(fields.flatMap((field) => (names[field] === undefined ? [] : [[field, names[field]]])))
}
