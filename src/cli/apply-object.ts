/** One object, applied as `kubectl apply` does on the client side. */
import type { Client, DiscoveredResource } from '../client/index.ts'
import { isStatus, type JsonObject, type KubeObject } from '../machinery/index.ts'
import { LAST_APPLIED } from './describe-object.ts'
import { during } from './failure.ts'
import { escapeHtml, withSortedKeys } from './go-json.ts'
import { threeWayMergePatch } from './three-way-merge.ts'

export type ApplyResult = 'created' | 'configured' | 'unchanged'

interface ApplyObjectOptions {
  readonly dryRun: boolean
  readonly signal: AbortSignal
  readonly warn: (text: string) => void
  /** The file that the object comes from. */
  readonly source: string
}

/** kubectl moves the fields of this manager to server-side apply when a user changes over; so it may with ours. */
const FIELD_MANAGER = 'kubectl-client-side-apply'
/** As kubectl's maxPatchRetry. */
const MAX_ATTEMPTS = 5

export async function applyObject(
  client: Client,
  resource: DiscoveredResource,
  object: KubeObject,
  { dryRun, signal, warn, source }: ApplyObjectOptions,
): Promise<{ result: ApplyResult; object: KubeObject }> {
  const wanted = withLastApplied(object)
  const { name = '', namespace = '' } = object.metadata
  const options = { namespace, dryRun, signal, fieldManager: FIELD_MANAGER, fieldValidation: 'Strict' } as const
  for (let attempt = 1; ; attempt++) {
    const live = await find(client, resource, name, { namespace, signal })
    if (live === undefined) {
      try {
        return { result: 'created', object: await client.create(resource, wanted, options) }
      } catch (error) {
        // Another was faster: then it is a change.
        if (!isStatus(error, 'AlreadyExists') || attempt === MAX_ATTEMPTS) throw during(error, 'creating', source)
        continue
      }
    }
    const annotation = live.metadata.annotations?.[LAST_APPLIED]
    if (annotation === undefined) {
      warn(
        `resource ${resource.resource}/${name} is missing the ${LAST_APPLIED} annotation which is required by apply. ` +
          'apply should only be used on resources created by apply. The missing annotation will be patched automatically.',
      )
    }
    const patch = threeWayMergePatch(parseLastApplied(annotation), asJson(wanted), asJson(live))
    if (patch === undefined) return { result: 'unchanged', object: live }
    try {
      return { result: 'configured', object: await client.patch(resource, name, 'merge', patch, options) }
    } catch (error) {
      const again = isStatus(error, 'Conflict') || isStatus(error, 'NotFound')
      if (!again || attempt === MAX_ATTEMPTS) throw during(error, 'patching', source)
    }
  }
}

async function find(
  client: Client,
  resource: DiscoveredResource,
  name: string,
  scope: { namespace: string; signal: AbortSignal },
) {
  try {
    return await client.get(resource, name, scope)
  } catch (error) {
    if (isStatus(error, 'NotFound')) return undefined
    throw error
  }
}

function asJson(object: KubeObject): JsonObject {
  return object as unknown as JsonObject
}

/** An annotation that is no JSON counts as none: then nothing is deleted. */
function parseLastApplied(text: string | undefined): JsonObject {
  try {
    const parsed: unknown = JSON.parse(text ?? '{}')
    return typeof parsed === 'object' && parsed !== null ? (parsed as JsonObject) : {}
  } catch {
    return {}
  }
}

/** Byte for byte what kubectl writes, so that either can go on with what the other applied: Go's JSON with ordered keys,
 *  HTML escapes and a line end. */
function withLastApplied(object: KubeObject): KubeObject {
  const { [LAST_APPLIED]: _, ...annotations } = object.metadata.annotations ?? {}
  const plain = { ...object, metadata: { ...object.metadata, annotations } }
  const text = `${escapeHtml(JSON.stringify(withSortedKeys(plain)))}\n`
  return { ...plain, metadata: { ...plain.metadata, annotations: { ...annotations, [LAST_APPLIED]: text } } }
}
