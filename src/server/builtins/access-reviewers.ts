/** What the review kinds ask of authentication and authorization; injected, so that kinds know neither. */
import type { UserInfo } from '../../machinery/index.ts'
import type { OperationContext } from '../definition.ts'

/** authorization.k8s.io/v1 ResourceAttributes; absent texts are empty. */
export interface ResourceAttributes {
  readonly namespace: string
  readonly verb: string
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource: string
  readonly name: string
}

export interface NonResourceAttributes {
  readonly path: string
  readonly verb: string
}

export type AccessQuestion = { readonly resource: ResourceAttributes } | { readonly nonResource: NonResourceAttributes }

export interface AccessAnswer {
  readonly allowed: boolean
  /** Explicitly refused, not merely without a rule that allows it. */
  readonly denied?: boolean
  readonly reason?: string
  readonly evaluationError?: string
}

/** SubjectRulesReviewStatus. */
export interface RulesAnswer {
  readonly resourceRules: readonly {
    readonly verbs: readonly string[]
    readonly apiGroups: readonly string[]
    readonly resources: readonly string[]
    readonly resourceNames?: readonly string[]
  }[]
  readonly nonResourceRules: readonly {
    readonly verbs: readonly string[]
    readonly nonResourceURLs: readonly string[]
  }[]
  readonly incomplete: boolean
  readonly evaluationError?: string
}

export type TokenAnswer =
  | { readonly authenticated: true; readonly user: UserInfo; readonly audiences?: readonly string[] }
  | { readonly authenticated: false; readonly error?: string }

export interface AccessReviewers {
  readonly authenticate: (
    token: string,
    audiences: readonly string[],
    context: OperationContext,
  ) => Promise<TokenAnswer>
  readonly authorize: (user: UserInfo, question: AccessQuestion, context: OperationContext) => Promise<AccessAnswer>
  readonly rulesOf: (user: UserInfo, namespace: string, context: OperationContext) => Promise<RulesAnswer>
}
