/** The four reviews of authorization.k8s.io/v1 (pkg/registry/authorization, pkg/apis/authorization/validation). */
import {
  badRequest,
  fieldInvalid,
  invalid,
  type KubeObject,
  type StatusCause,
  type UserInfo,
} from '../../machinery/index.ts'
import { CREATE_ONLY, type ResourceDefinition } from '../definition.ts'
import type { AccessAnswer, AccessQuestion, AccessReviewers } from './access-reviewers.ts'
import { builtIn } from './built-in.ts'
import { type Fields, fieldsIn, isFields, textIn, textsIn } from './untyped.ts'

const GROUP = 'authorization.k8s.io'
const EXACTLY_ONE = 'exactly one of nonResourceAttributes or resourceAttributes must be specified'

function questionOf(spec: Fields): AccessQuestion {
  const { resourceAttributes, nonResourceAttributes } = spec
  if (!isFields(resourceAttributes)) {
    const { path, verb } = fieldsIn(nonResourceAttributes)
    return { nonResource: { path: textIn(path), verb: textIn(verb) } }
  }
  const { namespace, verb, group, version, resource, subresource, name } = resourceAttributes
  return {
    resource: {
      namespace: textIn(namespace),
      verb: textIn(verb),
      group: textIn(group),
      version: textIn(version),
      resource: textIn(resource),
      subresource: textIn(subresource),
      name: textIn(name),
    },
  }
}

function subjectOf(spec: Fields): UserInfo {
  const extra = Object.entries(fieldsIn(spec.extra)).map(([key, values]) => [key, textsIn(values)] as const)
  return {
    username: textIn(spec.user),
    uid: textIn(spec.uid),
    groups: textsIn(spec.groups),
    extra: Object.fromEntries(extra),
  }
}

function validateAttributes(spec: Fields): StatusCause[] {
  const { resourceAttributes, nonResourceAttributes } = spec
  const [isResource, isNonResource] = [isFields(resourceAttributes), isFields(nonResourceAttributes)]
  if (isResource && isNonResource) {
    // Go's internal type, whose fields have no JSON names.
    const { path, verb } = fieldsIn(nonResourceAttributes)
    const printed = { Path: textIn(path), Verb: textIn(verb) }
    return [
      fieldInvalid('spec.nonResourceAttributes', printed, 'cannot be specified in combination with resourceAttributes'),
    ]
  }
  return isResource || isNonResource ? [] : [fieldInvalid('spec.resourceAttributes', null, EXACTLY_ONE)]
}

function validateSubject(spec: Fields): StatusCause[] {
  if (textIn(spec.user) !== '' || textsIn(spec.groups).length > 0) return []
  return [fieldInvalid('spec.user', textIn(spec.user), 'at least one of user or group must be specified')]
}

/** LocalSubjectAccessReview asks about its own namespace. */
function validateLocal(object: KubeObject, spec: Fields): StatusCause[] {
  const { resourceAttributes, nonResourceAttributes } = spec
  const namespace = object.metadata.namespace ?? ''
  if (isFields(nonResourceAttributes)) {
    return [fieldInvalid('spec.nonResourceAttributes', nonResourceAttributes, 'disallowed on this kind of request')]
  }
  const asked = textIn(fieldsIn(resourceAttributes).namespace)
  if (!isFields(resourceAttributes) || asked === namespace) return []
  return [fieldInvalid('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace')]
}

/** Upstream names no kind when it refuses a review. */
function refuse(causes: readonly StatusCause[]): void {
  if (causes.length > 0) throw invalid({ group: GROUP, kind: '' }, '', causes)
}

function statusOf({ allowed, denied, reason, evaluationError }: AccessAnswer): Record<string, unknown> {
  return {
    allowed,
    ...(denied === true && { denied }),
    ...(reason !== undefined && reason !== '' && { reason }),
    ...(evaluationError !== undefined && evaluationError !== '' && { evaluationError }),
  }
}

const REVIEW = { group: GROUP, version: 'v1', verbs: CREATE_ONLY } as const

export function authorizationReviews({ authorize, rulesOf }: AccessReviewers): ResourceDefinition[] {
  /** Someone asks about somebody. */
  function subjectReview(kind: string, plural: string, namespaced: boolean): ResourceDefinition {
    return builtIn({
      ...REVIEW,
      kind,
      plural,
      namespaced,
      strategy: {
        answer: async (object, context) => {
          const spec = fieldsIn(object.spec)
          const local = namespaced ? validateLocal(object, spec) : []
          refuse([...validateAttributes(spec), ...validateSubject(spec), ...local])
          return { ...object, status: statusOf(await authorize(subjectOf(spec), questionOf(spec), context)) }
        },
      },
    })
  }
  const selfSubjectAccessReview = builtIn({
    ...REVIEW,
    kind: 'SelfSubjectAccessReview',
    plural: 'selfsubjectaccessreviews',
    namespaced: false,
    strategy: {
      answer: async (object, context) => {
        const spec = fieldsIn(object.spec)
        refuse(validateAttributes(spec))
        return { ...object, status: statusOf(await authorize(context.user, questionOf(spec), context)) }
      },
    },
  })
  const selfSubjectRulesReview = builtIn({
    ...REVIEW,
    kind: 'SelfSubjectRulesReview',
    plural: 'selfsubjectrulesreviews',
    namespaced: false,
    strategy: {
      answer: async (object, context) => {
        const namespace = textIn(fieldsIn(object.spec).namespace)
        if (namespace === '') throw badRequest('no namespace on request')
        return { ...object, status: await rulesOf(context.user, namespace, context) }
      },
    },
  })
  return [
    subjectReview('SubjectAccessReview', 'subjectaccessreviews', false),
    subjectReview('LocalSubjectAccessReview', 'localsubjectaccessreviews', true),
    selfSubjectAccessReview,
    selfSubjectRulesReview,
  ]
}
