/** The names that a CustomResourceDefinition asks for or was granted, and the groups that need an approval. */
import type { StatusCause } from '../errors.ts'
import { isDNS1035Label } from '../names/dns.ts'
import { fieldInvalid, fieldRequired } from '../names/field-error.ts'
import type { NamesForm } from './custom-resource-definition-form.ts'
import { childPath, indexPath, keyPath } from './field-path.ts'

const MIXED_CASE = 'may have mixed case, but should otherwise match: '

function labelCauses(value: string, path: string): StatusCause[] {
  const messages = isDNS1035Label(value)
  return messages.length === 0 ? [] : [fieldInvalid(path, value, messages.join(','))]
}

function kindCauses(value: string, path: string): StatusCause[] {
  const messages = isDNS1035Label(value.toLowerCase())
  return messages.length === 0 ? [] : [fieldInvalid(path, value, MIXED_CASE + messages.join(','))]
}

/** Names that are given must be well-formed; whether they are required is for the caller to say. */
export function namesCauses(names: NamesForm, path: string): StatusCause[] {
  const { plural, singular, kind, listKind } = names
  const at = (field: string) => childPath(path, field)
  const causes: StatusCause[] = []
  if (plural !== '') causes.push(...labelCauses(plural, at('plural')))
  if (singular !== '') causes.push(...labelCauses(singular, at('singular')))
  if (kind !== '') causes.push(...kindCauses(kind, at('kind')))
  if (listKind !== '') causes.push(...kindCauses(listKind, at('listKind')))
  causes.push(...names.shortNames.flatMap((name, index) => labelCauses(name, indexPath(at('shortNames'), index))))
  if (kind !== '' && kind === listKind) {
    causes.push(fieldInvalid(at('listKind'), listKind, 'kind and listKind may not be the same'))
  }
  causes.push(...names.categories.flatMap((name, index) => labelCauses(name, indexPath(at('categories'), index))))
  return causes
}

export function requiredNameCauses(names: NamesForm, path: string): StatusCause[] {
  const required = ['plural', 'singular', 'kind', 'listKind'] as const
  return required.filter((field) => names[field] === '').map((field) => fieldRequired(childPath(path, field), ''))
}

const APPROVAL = 'api-approved.kubernetes.io'
const APPROVAL_PATH = keyPath('metadata.annotations', APPROVAL)
const PULL_REQUEST = 'see https://github.com/kubernetes/enhancements/pull/1111'

/** Groups of the Kubernetes project itself (apiextensions-apiserver/pkg/apihelpers). */
function isProtectedGroup(group: string): boolean {
  return ['k8s.io', 'kubernetes.io'].some((domain) => group === domain || group.endsWith(`.${domain}`))
}

type Approval = 'approved' | 'bypassed' | 'missing' | 'invalid'

function approvalOf(annotation: string): Approval {
  if (annotation === '') return 'missing'
  if (annotation.startsWith('unapproved')) return 'bypassed'
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]/i.test(annotation) && URL.canParse(annotation) ? 'approved' : 'invalid'
}

/** `old` is the annotation of the stored object, undefined on create: a state that does not change is not refused again. */
export function approvalCauses(group: string, annotation: string, old: string | undefined): StatusCause[] {
  const approval = approvalOf(annotation)
  if (!isProtectedGroup(group) || (old !== undefined && approvalOf(old) === approval)) return []
  const rule = `protected groups must have approval annotation "${APPROVAL}"`
  if (approval === 'missing') return [fieldRequired(APPROVAL_PATH, `${rule}, ${PULL_REQUEST}`)]
  if (approval !== 'invalid') return []
  const detail = `${rule} with either a URL or a reason starting with "unapproved", ${PULL_REQUEST}`
  return [fieldInvalid(APPROVAL_PATH, annotation, detail)]
}
