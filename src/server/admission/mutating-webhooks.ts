/** MutatingAdmissionWebhook: one after the other, each sees what those before it made (…/webhook/mutating/dispatcher.go). */
import { isDeepStrictEqual } from 'node:util'
import {
  type Answers,
  applyJsonPatch,
  decodeJson,
  goDecodingError,
  goJsonError,
  internalError,
  type Json,
  type JsonObject,
  jsonPatchFault,
  type KubeObject,
  messageOf,
  quote,
} from '../../machinery/index.ts'
import { isFields } from '../builtins/untyped.ts'
import type { Versioned } from './activation.ts'
import { type ReviewAnswer, refusalOf } from './admission-review.ts'
import type { AdmissionAttributes } from './attributes.ts'
import { conformQuietly } from './conform-quietly.ts'
import { convertBetween } from './equivalent.ts'
import type { Reinvocation } from './reinvocation.ts'
import { callWebhook, failureOf, invocationOf, type Webhook, WebhookFailed } from './webhook.ts'

/** Returns the object as the webhooks have made it; undefined for none. */
export async function mutateByWebhooks(
  webhooks: readonly Webhook[],
  attributes: AdmissionAttributes,
  { isReinvoke, due, changed, asked }: Reinvocation,
  answers: Answers,
): Promise<KubeObject | undefined> {
  let { object } = attributes
  for (const webhook of webhooks) {
    if (isReinvoke && !due.has(webhook.id)) continue
    const versioned = await invocationOf(webhook, { ...attributes, object }, answers)
    if (versioned === undefined) continue
    const patched = await ask(webhook, versioned)
    if (patched !== undefined) {
      conformQuietly(versioned.match.definition, patched)
      if (!isDeepStrictEqual(patched, versioned.object)) changed()
      object = await convertBetween(patched, versioned.match.definition, attributes.definition, attributes)
    }
    asked(webhook.id, webhook.reinvoked)
  }
  return object
}

/** The patched object; undefined when there is no patch, or the webhook failed and that is to be ignored. */
async function ask(webhook: Webhook, versioned: Versioned): Promise<KubeObject | undefined> {
  try {
    const answer = await callWebhook(webhook, versioned, true)
    if (!answer.allowed) throw refusalOf(webhook.name, answer.result)
    return patch(webhook, answer, versioned)
  } catch (error) {
    if (!(error instanceof WebhookFailed)) throw error
    if (webhook.ignoresFailures) return undefined
    throw failureOf(error)
  }
}

function patch(
  { name }: Webhook,
  { patch: text, patchType }: ReviewAnswer,
  { object, match: { definition, kind } }: Versioned,
): KubeObject | undefined {
  if (text === '') return undefined
  const decoded = decodeJson(text)
  if (!decoded.ok) {
    throw new WebhookFailed(name, `received undecodable patch in webhook response: ${goJsonError(text)}`)
  }
  const instructions = decoded.value as Json
  if (Array.isArray(instructions) && instructions.length === 0) return undefined
  if (object === undefined) {
    const fault = `admission webhook ${quote(name)} attempted to modify the object, which is not supported for this operation`
    throw internalError(fault)
  }
  if (patchType !== 'JSONPatch') throw new WebhookFailed(name, `unsupported patch type ${quote(patchType)}`)
  const patched = applyJsonPatch(object as unknown as JsonObject, instructions)
  if (!patched.ok) {
    if (patched.error.code === 422 && Array.isArray(instructions)) {
      throw internalError(jsonPatchFault(object as unknown as JsonObject, instructions).text)
    }
    if (patched.error.code !== 400) throw internalError(patched.error.message)
    throw new WebhookFailed(name, `received undecodable patch in webhook response: ${patched.error.message}`)
  }
  if (!isFields(patched.value) || !isFields(patched.value.metadata ?? {})) {
    throw internalError('the patched object is no object')
  }
  const table = definition.builtIn ? messageOf(kind.group, kind.version, kind.kind) : undefined
  const fault = table && goDecodingError(table, patched.value as JsonObject)
  if (fault !== undefined) throw internalError(fault)
  return { ...patched.value, metadata: patched.value.metadata ?? {} } as unknown as KubeObject
}
