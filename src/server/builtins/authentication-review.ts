/** authentication.k8s.io/v1 TokenReview and SelfSubjectReview (pkg/registry/authentication). */
import { badRequest, type UserInfo } from '../../machinery/index.ts'
import { CREATE_ONLY, type ResourceDefinition } from '../definition.ts'
import { trackFields } from '../managed-fields.ts'
import { timestamp } from '../metadata.ts'
import type { AccessReviewers, TokenAnswer } from './access-reviewers.ts'
import { builtIn } from './built-in.ts'
import { fieldsIn, textIn, textsIn } from './untyped.ts'

/** UserInfo on the wire. */
function userInfo(user: UserInfo): Record<string, unknown> {
  return {
    username: user.username,
    ...(user.uid !== undefined && user.uid !== '' && { uid: user.uid }),
    ...(user.groups.length > 0 && { groups: user.groups }),
    ...(user.extra !== undefined && Object.keys(user.extra).length > 0 && { extra: user.extra }),
  }
}

function tokenStatus(answer: TokenAnswer): Record<string, unknown> {
  if (!answer.authenticated) {
    return { ...(answer.error === undefined ? {} : { error: answer.error }), user: {} }
  }
  return {
    authenticated: true,
    user: userInfo(answer.user),
    ...(answer.audiences !== undefined && answer.audiences.length > 0 && { audiences: answer.audiences }),
  }
}

const REVIEW = { group: 'authentication.k8s.io', version: 'v1', namespaced: false, verbs: CREATE_ONLY } as const

export function authenticationReviews({ authenticate }: AccessReviewers): ResourceDefinition[] {
  const tokenReview: ResourceDefinition = builtIn({
    ...REVIEW,
    kind: 'TokenReview',
    plural: 'tokenreviews',
    strategy: {
      answer: async (object, context) => {
        await trackFields(tokenReview, object, undefined, context)
        const { token, audiences } = fieldsIn(object.spec)
        if (textIn(token) === '') throw badRequest('token is required for TokenReview in authentication')
        return { ...object, status: tokenStatus(await authenticate(textIn(token), textsIn(audiences), context)) }
      },
    },
  })
  const selfSubjectReview = builtIn({
    ...REVIEW,
    kind: 'SelfSubjectReview',
    plural: 'selfsubjectreviews',
    strategy: {
      answer: async (object, { user, services }) => ({
        ...object,
        metadata: { ...object.metadata, creationTimestamp: timestamp(services.now()) },
        status: { userInfo: userInfo(user) },
      }),
    },
  })
  return [tokenReview, selfSubjectReview]
}
