/** Answers the review kinds from the authenticator and the authorizer. */

import type { UserInfo } from '../machinery/index.ts'
import type { Authenticator } from './authentication/authenticator.ts'
import type { Attributes } from './authorization/attributes.ts'
import type { Authorizer } from './authorization/authorizer.ts'
import type { PolicyRule } from './authorization/policy-rule.ts'
import type { AccessQuestion, AccessReviewers, RulesAnswer } from './builtins/access-reviewers.ts'

/** Whom tokens that name no audience of their own are for: kcp's issuer (`--api-audiences`, WrapAudienceAgnostic). */
const API_AUDIENCE = 'https://kcp.default.svc'

export function accessReviewers({
  authenticator,
  authorizer,
}: {
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
}): AccessReviewers {
  return {
    authenticate: async (token, wanted) => {
      const user = await authenticator.authenticateToken(token)
      if (user === undefined) return { authenticated: false, error: 'invalid bearer token' }
      const audiences = wanted.length === 0 ? [API_AUDIENCE] : wanted.filter((each) => each === API_AUDIENCE)
      return audiences.length === 0 ? { authenticated: false } : { authenticated: true, user, audiences }
    },
    authorize: async (user, question, { cluster }) => {
      const { allowed, denied, reason } = await authorizer.authorize(attributesOf(user, cluster, question))
      return { allowed, denied, reason }
    },
    rulesOf: async (user, namespace, { cluster }) => rulesAnswer(await authorizer.rulesFor(user, cluster, namespace)),
  }
}

/** SubjectRulesReviewStatus tells rules of resources and of paths apart. */
function rulesAnswer(rules: readonly PolicyRule[]): RulesAnswer {
  return {
    resourceRules: rules
      .filter(({ resources = [] }) => resources.length > 0)
      .map(({ verbs, apiGroups = [], resources = [], resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames !== undefined && { resourceNames }),
      })),
    nonResourceRules: rules
      .filter(({ nonResourceURLs = [] }) => nonResourceURLs.length > 0)
      .map(({ verbs, nonResourceURLs = [] }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  }
}

function attributesOf(user: UserInfo, cluster: string, question: AccessQuestion): Attributes {
  if ('resource' in question) return { user, cluster, resourceRequest: true, path: '', ...question.resource }
  const { verb, path } = question.nonResource
  return {
    user,
    cluster,
    resourceRequest: false,
    verb,
    path,
    group: '',
    version: '',
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
  }
}
