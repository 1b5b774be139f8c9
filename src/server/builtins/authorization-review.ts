/** The four reviews of authorization.k8s.io/v1 (pkg/registry/authorization, pkg/apis/authorization/validation). */
import {
  badRequest,
  fieldInvalid,
  invalid,
  type KubeObject,
  type StatusCause,
  type UserInfo,
} from '../../machinery/index.ts'
import { CREATE_ONLY, type OperationContext, type ResourceDefinition } from '../definition.ts'
import { trackFields } from '../managed-fields.ts'
import type { AccessAnswer, AccessQuestion, AccessReviewers } from './access-reviewers.ts'
import { builtIn } from './built-in.ts'
import { selectorError, validateSelectorAttributes } from './selector-attributes.ts'
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

/** A review is no object: it has no metadata but what the server adds, and a namespace where it is local. */
function validateMetadata({ metadata }: KubeObject, local: boolean): StatusCause[] {
  const { managedFields, ...rest } = metadata
  const given = Object.entries(rest).filter(
    ([field, value]) => !isEmptyField(value) && !(local && field === 'namespace'),
  )
  if (given.length === 0) return []
  const printed = { ...rest, ...(managedFields !== undefined && { managedFields }) }
  return [fieldInvalid('metadata', printed, local ? 'must be empty except for namespace' : 'must be empty')]
}

function isEmptyField(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (isFields(value) && Object.keys(value).length === 0)
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
    const { path, verb } = nonResourceAttributes
    const printed = { Path: textIn(path), Verb: textIn(verb) }
    return [fieldInvalid('spec.nonResourceAttributes', printed, 'disallowed on this kind of request')]
  }
  const asked = textIn(fieldsIn(resourceAttributes).namespace)
  if (!isFields(resourceAttributes) || asked === namespace) return []
  return [fieldInvalid('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace')]
}

/** Upstream names no kind when it refuses a review. */
function refuse(causes: readonly StatusCause[]): void {
  if (causes.length === 0) return
  const error = invalid({ group: GROUP, kind: '' }, '', causes)
  delete error.status.details?.kind
  throw error
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
  async function answer(object: KubeObject, user: UserInfo, context: OperationContext): Promise<KubeObject> {
    const spec = fieldsIn(object.spec)
    const status = statusOf(await authorize(user, questionOf(spec), context))
    const error = selectorError(spec.resourceAttributes)
    return { ...object, status: { ...status, ...(error !== undefined && { evaluationError: error }) } }
  }

  /** Someone asks about somebody. */
  function subjectReview(kind: string, plural: string, namespaced: boolean): ResourceDefinition {
    const definition: ResourceDefinition = builtIn({
      ...REVIEW,
      kind,
      plural,
      namespaced,
      strategy: {
        answer: async (object, context) => {
          await trackFields(definition, object, undefined, context)
          const spec = fieldsIn(object.spec)
          refuse([
            ...validateAttributes(spec),
            ...validateSubject(spec),
            ...validateSelectorAttributes(spec.resourceAttributes),
            ...validateMetadata(object, namespaced),
            ...(namespaced ? validateLocal(object, spec) : []),
          ])
          return answer(object, subjectOf(spec), context)
        },
      },
    })
    return definition
  }
  const selfSubjectAccessReview: ResourceDefinition = builtIn({
    ...REVIEW,
    kind: 'SelfSubjectAccessReview',
    plural: 'selfsubjectaccessreviews',
    namespaced: false,
    strategy: {
      answer: async (object, context) => {
        await trackFields(selfSubjectAccessReview, object, undefined, context)
        const spec = fieldsIn(object.spec)
        refuse([
          ...validateAttributes(spec),
          ...validateSelectorAttributes(spec.resourceAttributes),
          ...validateMetadata(object, false),
        ])
        return answer(object, context.user, context)
      },
    },
  })
  const selfSubjectRulesReview = builtIn({
    ...REVIEW,
    kind: 'SelfSubjectRulesReview',
    plural: 'selfsubjectrulesreviews',
    namespaced: false,
    strategy: {
      answer: async ({ apiVersion, kind, spec }, context) => {
        const namespace = textIn(fieldsIn(spec).namespace)
        if (namespace === '') throw badRequest('no namespace on request')
        // Upstream answers with a review of its own, in which nothing of the question is left.
        return { apiVersion, kind, metadata: {}, spec: {}, status: await rulesOf(context.user, namespace, context) }
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
