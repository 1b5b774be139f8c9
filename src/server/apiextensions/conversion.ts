/** `spec.conversion` of a CustomResourceDefinition as the definitions of its versions have it. */
import { fieldsIn, isFields, textIn, textsIn } from '../builtins/untyped.ts'
import type { ResourceDefinition } from '../definition.ts'
import { addressOf, type WebhookAddress } from '../webhooks/client-config.ts'

/** Objects of one version become another's by asking a webhook; without one, nothing but apiVersion changes. */
export interface ConversionWebhook {
  readonly address: WebhookAddress
  readonly reviewVersions: readonly string[]
  /** Of all versions, served or not, by their apiVersion: rows may be in any of them. */
  readonly versions: () => ReadonlyMap<string, ResourceDefinition>
}

/** Undefined where objects are converted by their apiVersion alone. */
export function conversionWebhookOf(
  conversion: unknown,
  versions: ConversionWebhook['versions'],
): ConversionWebhook | undefined {
  const { strategy, webhook } = fieldsIn(conversion)
  if (textIn(strategy) !== 'Webhook' || !isFields(webhook)) return undefined
  return {
    address: addressOf(webhook.clientConfig),
    reviewVersions: textsIn(webhook.conversionReviewVersions),
    versions,
  }
}
