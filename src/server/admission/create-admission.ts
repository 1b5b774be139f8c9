/** The server's webhooks and policies, with what they use. */
import type { Attributes, Decision } from '../authorization/attributes.ts'
import { pathAttributes, resourceAttributes } from '../authorization/attributes.ts'
import type { WebhookCaller } from '../webhooks/client-config.ts'
import { type Admission, createAdmission } from './chain.ts'
import { type ConfigurationSources, deriveConfigurations } from './configurations.ts'

export interface AdmissionParts extends ConfigurationSources {
  readonly authorize: (attributes: Attributes) => Promise<Decision>
  readonly webhooks: WebhookCaller
}

export async function startAdmission({
  authorize,
  webhooks,
  ...sources
}: AdmissionParts): Promise<Admission & Disposable> {
  const configurations = await deriveConfigurations(sources)
  const admission = createAdmission({
    configurationsOf: configurations.of,
    webhooks,
    authorize: async (user, cluster, question) => {
      const { verb, path, group, resource, subresource, namespace, name } = question
      const asked =
        path === undefined
          ? resourceAttributes({ user, cluster, verb, group, resource, subresource, namespace, name })
          : pathAttributes({ user, cluster, verb, path })
      const { allowed, reason } = await authorize(asked)
      return { allowed, reason, error: '' }
    },
  })
  return {
    ...admission,
    [Symbol.dispose]: () => {
      configurations[Symbol.dispose]()
    },
  }
}
