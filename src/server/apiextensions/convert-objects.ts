/**
 * Objects in another version, by a ConversionReview for all of them (apiextensions-apiserver/pkg/apiserver/conversion,
 * webhook_converter.go). Metadata stays as it is but for labels and annotations.
 */
import { randomUUID } from 'node:crypto'
import {
  formatApiVersion,
  type JsonObject,
  type KubeObject,
  parseApiVersion,
  quote,
  uncategorized,
} from '../../machinery/index.ts'
import { conformQuietly } from '../admission/conform-quietly.ts'
import { type Fields, fieldsIn, isFields, listIn, textIn } from '../builtins/untyped.ts'
import type { ResourceDefinition } from '../definition.ts'
import type { WebhookCaller } from '../webhooks/client-config.ts'
import { convertedMetadata } from './converted-metadata.ts'

const GROUP = 'apiextensions.k8s.io'
const TIMEOUT_SECONDS = 30
const ANSWER_LIMIT = 32 * 1024 * 1024

export interface Converting {
  readonly webhooks: WebhookCaller
  readonly cluster: string
  readonly signal: AbortSignal
}

/**
 * All must be in other versions than that of `to`. They are not changed.
 *
 * @throws StatusError 500 as upstream words it
 */
export async function convertObjects(
  objects: readonly KubeObject[],
  to: ResourceDefinition,
  { webhooks, cluster, signal }: Converting,
): Promise<KubeObject[]> {
  const { conversion } = to
  const [first] = objects
  if (conversion === undefined || first === undefined) return [...objects]
  const subject = `conversion webhook for ${goKind(first)}`
  const version = conversion.reviewVersions.find((each) => each === 'v1' || each === 'v1beta1')
  if (version === undefined) throw uncategorized('no supported conversion review versions')
  const uid = randomUUID()
  const desiredAPIVersion = formatApiVersion(to)
  const body = {
    kind: 'ConversionReview',
    apiVersion: `${GROUP}/${version}`,
    request: { uid, desiredAPIVersion, objects: objects as unknown as JsonObject[] },
  }
  let converted: readonly unknown[]
  try {
    const call = { address: conversion.address, cluster, body, signal, limit: ANSWER_LIMIT }
    const review = await webhooks.call({ ...call, timeoutSeconds: TIMEOUT_SECONDS, tellsTimeout: true })
    converted = readConverted(review, version, uid)
  } catch (error) {
    throw uncategorized(`${subject} failed: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (converted.length !== objects.length) {
    throw uncategorized(`${subject} returned ${converted.length} objects, expected ${objects.length}`)
  }
  return objects.map((object, index) => {
    const made = fieldsIn(converted[index])
    // Upstream asks for each object by itself: there is but the first.
    checkType(object, made, to, `${subject} returned invalid object at index 0`)
    checkIdentity(object, made, `${subject} returned invalid object`)
    const metadata = convertedMetadata(object, made.metadata)
    if (!metadata.ok) throw uncategorized(`${subject} returned invalid metadata: ${metadata.error}`)
    const result = { ...made, apiVersion: desiredAPIVersion, kind: object.kind, metadata: metadata.value } as KubeObject
    conformQuietly(to, result)
    return result
  })
}

/** schema.GroupVersionKind as Go prints it. */
function goKind({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): string {
  return `${goVersion(apiVersion)}, Kind=${kind}`
}

function goVersion(apiVersion: string): string {
  const { group = '', version = '' } = parseApiVersion(apiVersion) ?? {}
  return group === '' ? version : `${group}/${version}`
}

/** @throws Error */
function readConverted(review: unknown, version: string, uid: string): readonly unknown[] {
  const { apiVersion, kind, response } = fieldsIn(review)
  checkReview({ apiVersion: textIn(apiVersion), kind: textIn(kind) }, version)
  if (!isFields(response)) throw new Error('no response provided')
  if (version === 'v1' && textIn(response.uid) !== uid) {
    throw new Error(`expected response.uid=${quote(uid)}, got ${quote(textIn(response.uid))}`)
  }
  const { status, message } = fieldsIn(response.result)
  if (status === 'Success') return listIn(response.convertedObjects)
  if (textIn(message) !== '') throw new Error(textIn(message))
  throw new Error(`response.result.status was '${textIn(status)}', not 'Success'`)
}

function checkReview(given: { readonly apiVersion: string; readonly kind: string }, version: string): void {
  const { apiVersion, kind } = given
  const isReview = kind === 'ConversionReview' && parseApiVersion(apiVersion)?.group === GROUP
  if (!isReview && kind !== '') {
    const known = `no kind ${quote(kind)} is registered for version ${quote(apiVersion)}`
    throw new Error(`${known} in scheme "pkg/runtime/scheme.go:111"`)
  }
  if (version !== 'v1' || apiVersion === `${GROUP}/v1`) return
  const got = kind === '' ? '/, Kind=' : goKind(given)
  throw new Error(`expected webhook response of ${GROUP}/v1, Kind=ConversionReview, got ${got}`)
}

function checkType(object: KubeObject, made: Fields, to: ResourceDefinition, subject: string): void {
  const expected = goVersion(formatApiVersion(to))
  const got = goVersion(textIn(made.apiVersion))
  if (textIn(made.apiVersion) !== formatApiVersion(to)) {
    throw uncategorized(`${subject}: invalid groupVersion (expected ${expected}, received ${got})`)
  }
  if (made.kind !== object.kind) {
    throw uncategorized(`${subject}: invalid kind (expected ${object.kind}, received ${textIn(made.kind)})`)
  }
}

function checkIdentity({ metadata }: KubeObject, made: Fields, subject: string): void {
  const given = fieldsIn(made.metadata)
  for (const [field, name] of [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const) {
    const [expected, got] = [metadata[field] ?? '', textIn(given[field])]
    if (expected !== got) throw uncategorized(`${subject}: must have the same ${name}: ${expected} != ${got}`)
  }
}
