/** Where a webhook is, and how it is called (apiserver/pkg/util/webhook/client.go). */
import { fieldsIn, isFields, textIn } from '../builtins/untyped.ts'
import { answerFailure } from './answer-failure.ts'
import type { Dialer, Endpoint } from './dialer.ts'
import type { Gate } from './gate.ts'

/** `service`: named by a Service, of which a logical cluster has none. */
export interface WebhookAddress extends Endpoint {
  readonly service: string | undefined
}

/** @param config - WebhookClientConfig of admissionregistration.k8s.io or apiextensions.k8s.io, validated and defaulted. */
export function addressOf(config: unknown): WebhookAddress {
  const { url, service, caBundle } = fieldsIn(config)
  const bundle = Buffer.from(textIn(caBundle), 'base64').toString('utf8').trim()
  const authorities = bundle === '' ? undefined : bundle
  if (!isFields(service)) return { url: textIn(url), authorities, service: undefined }
  const name = textIn(service.name)
  const port = typeof service.port === 'number' ? service.port : 443
  const host = `${name}.${textIn(service.namespace)}.svc:${port}`
  return { url: `https://${host}${textIn(service.path)}`, authorities, service: name }
}

export interface WebhookCall {
  readonly address: WebhookAddress
  readonly cluster: string
  readonly body: object
  /** Of the whole call, waiting for its turn included. */
  readonly timeoutSeconds: number
  /** Whether the webhook is told how long there is. */
  readonly tellsTimeout: boolean
  readonly signal: AbortSignal
  readonly limit: number
}

export interface WebhookCaller {
  /** The answer as JSON. @throws Error saying in upstream's words why there is none. */
  readonly call: (call: WebhookCall) => Promise<unknown>
}

export function createWebhookCaller(dialer: Dialer, gate: Gate): WebhookCaller {
  return {
    call: async ({ address, cluster, body, timeoutSeconds, tellsTimeout, signal, limit }) => {
      const query = tellsTimeout ? `?timeout=${timeoutSeconds}s` : ''
      if (address.service !== undefined) {
        throw new Error(`Post "${address.url}${query}": service "${address.service}" not found`)
      }
      const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)])
      using _turn = await gate.enter(cluster, until).catch(() => {
        const reason = signal.aborted ? 'context canceled' : 'context deadline exceeded'
        throw new Error(`Post "${address.url}${query}": ${reason}`)
      })
      const posted = await dialer.post(address, Buffer.from(JSON.stringify(body)), { signal: until, limit, query })
      const failure = answerFailure(posted)
      if (failure !== undefined) throw new Error(failure)
      return readAnswer(posted.body.toString('utf8'))
    },
  }
}

/** What is no JSON is read as YAML, as upstream's client does, in which most texts are one string. */
const UNTYPED =
  'Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

function readAnswer(text: string): unknown {
  const { ok, value } = parsed(text)
  if (ok && typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : (ok && typeof value) || 'string'
  throw new Error(`couldn't get version/kind; json parse error: json: cannot unmarshal ${found} into ${UNTYPED}`)
}

function parsed(text: string): { readonly ok: boolean; readonly value?: unknown } {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false }
  }
}
