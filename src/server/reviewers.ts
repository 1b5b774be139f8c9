/** Answers the review kinds from the authenticator and the authorizer. */

import type { UserInfo } from '../machinery/index.ts'
import { type Authenticator, withAuthenticatedGroup } from './authentication/authenticator.ts'
import type { ServiceAccountTokens } from './authentication/service-account-tokens.ts'
import type { TokenIssuer } from './authentication/token-issuer.ts'
import { CLUSTER_NAME } from './authentication/users.ts'
import type { Attributes } from './authorization/attributes.ts'
import type { Authorizer } from './authorization/authorizer.ts'
import type { PolicyRule } from './authorization/policy-rule.ts'
import type { AccessQuestion, AccessReviewers, RulesAnswer } from './builtins/access-reviewers.ts'

export function accessReviewers({
  authenticator,
  authorizer,
  accounts,
  tokens,
}: {
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
  readonly accounts: ServiceAccountTokens
  readonly tokens: TokenIssuer
}): AccessReviewers {
  return {
    authenticate: async (token, wanted, { cluster }) => {
      const asked = wanted.length === 0 ? tokens.audiences : wanted
      const verdict = await accounts(token, asked)
      if (verdict !== undefined) {
        if ('error' in verdict) return { authenticated: false, error: `[${INVALID}, ${verdict.error}]` }
        // Whoever asks goes by the name alone, which in another logical cluster is somebody else's.
        const isHere = verdict.user.extra?.[CLUSTER_NAME]?.includes(cluster) === true
        if (!isHere) return { authenticated: false, error: INVALID }
        return { authenticated: true, user: withAuthenticatedGroup(verdict.user), audiences: verdict.audiences }
      }
      const user = await authenticator.authenticateToken(token)
      if (user === undefined) return { authenticated: false, error: INVALID }
      // Tokens that name no audience of their own are for this API (WrapAudienceAgnostic).
      const audiences = asked.filter((each) => tokens.audiences.includes(each))
      return audiences.length === 0 ? { authenticated: false } : { authenticated: true, user, audiences }
    },
    authorize: async (user, question, { cluster }) => {
      const { allowed, denied, reason } = await authorizer.authorize(attributesOf(user, cluster, question))
      return { allowed, denied, reason }
    },
    rulesOf: async (user, namespace, { cluster }) => rulesAnswer(await authorizer.rulesFor(user, cluster, namespace)),
  }
}

const INVALID = 'invalid bearer token'

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
