/** A webhook of a configuration, ready to be matched and called (…/webhook/generic/webhook.go). */
import {
  type AdmissionExpression,
  type Answers,
  badRequest,
  forbidden,
  internalError,
  type KubeObject,
  quote,
  type StatusError,
} from '../../machinery/index.ts'
import { lazily } from '../builtins/lazily.ts'
import { type Fields, objectsIn, textIn, textsIn } from '../builtins/untyped.ts'
import { addressOf, type WebhookAddress } from '../webhooks/client-config.ts'
import { activationOf, type Versioned } from './activation.ts'
import { createReview, type ReviewAnswer, readReview, reviewVersion } from './admission-review.ts'
import { type AdmissionAttributes, resourceOf } from './attributes.ts'
import { convertBetween } from './equivalent.ts'
import { compileConditions, evaluateConditions } from './match-conditions.ts'
import { criteriaOf, type Match, type MatchCriteria, matchRequest } from './matching.ts'

/** Of an AdmissionReview that comes back. */
const ANSWER_LIMIT = 8 * 1024 * 1024

export interface Webhook {
  /** Unique in its logical cluster. */
  readonly id: string
  readonly name: string
  readonly criteria: MatchCriteria
  /** Compiled when they are first needed. */
  readonly conditions: () => readonly AdmissionExpression[]
  readonly address: WebhookAddress
  readonly ignoresFailures: boolean
  readonly sideEffects: string
  readonly timeoutSeconds: number
  readonly reviewVersions: readonly string[]
  readonly reinvoked: boolean
}

/** Those of several configurations, by the configurations' names and then as they are written. */
export function webhooksOf(configurations: readonly KubeObject[]): Webhook[] {
  const sorted = configurations.toSorted((one, other) =>
    (one.metadata.name ?? '') < (other.metadata.name ?? '') ? -1 : 1,
  )
  return sorted.flatMap(({ metadata, webhooks }) =>
    objectsIn(webhooks).map((webhook, index) =>
      webhookOf(webhook, `${metadata.name}/${textIn(webhook.name)}/${index}`),
    ),
  )
}

function webhookOf(webhook: Fields, id: string): Webhook {
  const { timeoutSeconds } = webhook
  return {
    id,
    name: textIn(webhook.name),
    criteria: criteriaOf(webhook, webhook.rules),
    conditions: lazily(() =>
      compileConditions(webhook.matchConditions, { params: false, authorizer: true, patchTypes: false }),
    ),
    address: addressOf(webhook.clientConfig),
    ignoresFailures: webhook.failurePolicy === 'Ignore',
    sideEffects: textIn(webhook.sideEffects),
    timeoutSeconds: typeof timeoutSeconds === 'number' ? timeoutSeconds : 10,
    reviewVersions: textsIn(webhook.admissionReviewVersions),
    reinvoked: webhook.reinvocationPolicy === 'IfNeeded',
  }
}

/** The request as the webhook is to see it; undefined when it is not about it. */
export async function invocationOf(
  webhook: Webhook,
  attributes: AdmissionAttributes,
  answers: Answers,
): Promise<Versioned | undefined> {
  const match = await matchRequest(attributes, webhook.criteria, { emptyMatchesAll: false })
  if (match === undefined) return undefined
  const versioned = await inVersion(attributes, match)
  const conditions = webhook.conditions()
  if (conditions.length === 0) return versioned
  const activation = activationOf({ ...versioned, params: undefined, namespace: undefined, composed: [], answers })
  const outcome = await evaluateConditions(conditions, activation, webhook.ignoresFailures ? 'Ignore' : 'Fail')
  if ('error' in outcome) {
    const { group, resource } = resourceOf(attributes.definition)
    throw forbidden({ group, resource }, attributes.name, outcome.error)
  }
  return outcome.matches ? versioned : undefined
}

export async function inVersion(attributes: AdmissionAttributes, match: Match): Promise<Versioned> {
  const { definition, object, old } = attributes
  const convert = (each: KubeObject | undefined) =>
    each === undefined ? undefined : convertBetween(each, definition, match.definition, attributes)
  return { attributes, match, object: await convert(object), old: await convert(old) }
}

/** A webhook could not be asked: its failure policy decides. */
export class WebhookFailed extends Error {
  override readonly name = 'WebhookFailed'

  constructor(webhook: string, reason: string) {
    super(`failed calling webhook ${quote(webhook)}: ${reason}`)
  }
}

/** @throws WebhookFailed; StatusError for a dry run that the webhook does not support. */
export async function callWebhook(webhook: Webhook, versioned: Versioned, mutating: boolean): Promise<ReviewAnswer> {
  const { attributes } = versioned
  if (attributes.dryRun && webhook.sideEffects !== 'None' && webhook.sideEffects !== 'NoneOnDryRun') {
    throw badRequest(`admission webhook ${quote(webhook.name)} does not support dry run`)
  }
  const version = reviewVersion(webhook.reviewVersions)
  if (version === undefined) {
    const known = 'webhook does not accept known AdmissionReview versions (v1, v1beta1)'
    throw new WebhookFailed(webhook.name, `could not create admission objects: ${known}`)
  }
  const { services, cluster, signal, warn } = attributes
  const uid = services.random.uid()
  const call = {
    address: webhook.address,
    cluster,
    body: createReview(version, uid, versioned),
    timeoutSeconds: webhook.timeoutSeconds,
    tellsTimeout: true,
    signal,
    limit: ANSWER_LIMIT,
  }
  let review: unknown
  try {
    review = await services.admission.webhooks.call(call)
  } catch (error) {
    throw new WebhookFailed(webhook.name, `failed to call webhook: ${messageOf(error)}`)
  }
  try {
    const answer = readReview(review, version, uid, mutating)
    for (const text of answer.warnings) warn(text)
    return answer
  } catch (error) {
    throw new WebhookFailed(webhook.name, messageOf(error))
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What the client gets of a webhook that could not be asked. */
export function failureOf(error: WebhookFailed): StatusError {
  return internalError(error.message)
}
