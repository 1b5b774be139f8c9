/**
 * The plugins that tenants configure, in upstream's order: mutating policies and webhooks, a second time where somebody after
 * them has changed the object; validating policies, then webhooks. A logical cluster that has none pays one look into a map.
 */
import { isDeepStrictEqual } from 'node:util'
import type {
  Answers,
  AuthorizationAnswer,
  AuthorizationQuestion,
  KubeObject,
  UserInfo,
} from '../../machinery/index.ts'
import type { ResourceDefinition } from '../definition.ts'
import type { WebhookCaller } from '../webhooks/client-config.ts'
import type { AdmissionAttributes } from './attributes.ts'
import type { Configurations } from './configurations.ts'
import { isExemptRequest, isExemptResource, isReview } from './exemptions.ts'
import { mutateByPolicies } from './mutating-policies.ts'
import { mutateByWebhooks } from './mutating-webhooks.ts'
import { createRounds } from './reinvocation.ts'
import { validateByPolicies } from './validating-policies.ts'
import { validateByWebhooks } from './validating-webhooks.ts'

export interface Admission {
  /** Undefined where there is nothing to ask for the resource. */
  readonly configured: (cluster: string, definition: ResourceDefinition) => Promise<Configurations | undefined>
  /** Returns the object as it is to be; undefined when it stays as it is. */
  readonly mutate: (found: Configurations, attributes: AdmissionAttributes) => Promise<KubeObject | undefined>
  /** @throws StatusError */
  readonly validate: (found: Configurations, attributes: AdmissionAttributes) => Promise<void>
  readonly webhooks: WebhookCaller
  readonly authorize: (
    user: UserInfo,
    cluster: string,
    question: Omit<AuthorizationQuestion, 'serviceAccount'>,
  ) => Promise<AuthorizationAnswer>
}

export interface AdmissionOptions extends Pick<Admission, 'authorize' | 'webhooks'> {
  readonly configurationsOf: (cluster: string) => Promise<Configurations | undefined>
}

export function createAdmission({ configurationsOf, webhooks, authorize }: AdmissionOptions): Admission {
  return {
    webhooks,
    authorize,
    configured: async (cluster, definition) => (isExemptResource(definition) ? undefined : configurationsOf(cluster)),
    mutate: async ({ mutatingPolicies, mutatingWebhooks }, attributes) => {
      if (mutatingPolicies.length === 0 && mutatingWebhooks.length === 0) return undefined
      if (await isExemptRequest(attributes)) return undefined
      const policies = isReview(attributes.definition) ? [] : mutatingPolicies
      const ofPolicies = createRounds()
      const ofWebhooks = createRounds()
      const answers: Answers = new Map()
      let { object } = attributes
      let policiesMade = object
      let webhooksMade = object
      for (const isReinvoke of [false, true]) {
        if (isReinvoke && !ofPolicies.isDue() && !ofWebhooks.isDue()) break
        const policyRound = ofPolicies.round(isReinvoke)
        // What the others have changed since is news to those who want to be asked again.
        if (isReinvoke && !isDeepStrictEqual(object, policiesMade)) policyRound.changed()
        object = await mutateByPolicies(policies, { ...attributes, object }, policyRound, answers)
        policiesMade = object
        const webhookRound = ofWebhooks.round(isReinvoke)
        if (isReinvoke && !isDeepStrictEqual(object, webhooksMade)) webhookRound.changed()
        object = await mutateByWebhooks(mutatingWebhooks, { ...attributes, object }, webhookRound, answers)
        webhooksMade = object
      }
      return isDeepStrictEqual(object, attributes.object) ? undefined : object
    },
    validate: async ({ validatingPolicies, validatingWebhooks }, attributes) => {
      if (validatingPolicies.length === 0 && validatingWebhooks.length === 0) return
      if (await isExemptRequest(attributes)) return
      const answers: Answers = new Map()
      const policies = isReview(attributes.definition) ? [] : validatingPolicies
      await validateByPolicies(policies, attributes, answers)
      await validateByWebhooks(validatingWebhooks, attributes, answers)
    },
  }
}
