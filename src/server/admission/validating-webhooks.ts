/** ValidatingAdmissionWebhook: all that match are asked at once, and the first refusal is the answer. */
import type { Answers } from '../../machinery/index.ts'
import type { Versioned } from './activation.ts'
import { refusalOf } from './admission-review.ts'
import type { AdmissionAttributes } from './attributes.ts'
import { callWebhook, failureOf, invocationOf, type Webhook, WebhookFailed } from './webhook.ts'

export async function validateByWebhooks(
  webhooks: readonly Webhook[],
  attributes: AdmissionAttributes,
  answers: Answers,
): Promise<void> {
  const calls: { readonly webhook: Webhook; readonly versioned: Versioned }[] = []
  for (const webhook of webhooks) {
    const versioned = await invocationOf(webhook, attributes, answers)
    if (versioned !== undefined) calls.push({ webhook, versioned })
  }
  // Every one is waited for: what it does beside answering is done when the request is answered.
  const errors: unknown[] = []
  await Promise.all(
    calls.map(async ({ webhook, versioned }) => {
      try {
        await ask(webhook, versioned)
      } catch (error) {
        errors.push(error)
      }
    }),
  )
  if (errors.length > 0) throw errors[0]
}

async function ask(webhook: Webhook, versioned: Versioned): Promise<void> {
  try {
    const answer = await callWebhook(webhook, versioned, false)
    if (!answer.allowed) throw refusalOf(webhook.name, answer.result)
  } catch (error) {
    if (!(error instanceof WebhookFailed)) throw error
    if (!webhook.ignoresFailures) throw failureOf(error)
  }
}
