/** Puts an answer into bytes: the form that the client asked for, compressed when that pays. */

import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import {
  type ApiResponse,
  formatApiVersion,
  type Json,
  type KubeObject,
  PATH_NOT_FOUND,
  printYaml,
  type Status,
  type StatusError,
} from '../machinery/index.ts'
import type { Answer, AnsweredRow, ListMetadata } from './answer.ts'
import type { RequestContext } from './context.ts'
import type { ResourceDefinition } from './definition.ts'
import {
  chooseForm,
  type Encoding,
  type FormContext,
  MEDIA_TYPES,
  type ObjectForm,
  objectBytes,
  statusEncoding,
} from './form.ts'
import { ALL_CLUSTERS, clusterOfKey } from './keys.ts'
import { partialObjectMetadata } from './printers/partial-object-metadata.ts'
import { tableOf } from './printers/table.ts'
import { protobufList, protobufOf } from './protobuf-answer.ts'
import { presentObject } from './read.ts'
import { isCurrent, spliceRow } from './row.ts'
import { warningHeaders } from './warnings.ts'
import { yamlOfJson } from './yaml-thread.ts'

const compress = promisify(gzip)
/** apiserver compresses from this size on, at level 1. */
const COMPRESS_FROM = 128 * 1024

export async function respond(context: FormContext, answer: Answer): Promise<ApiResponse> {
  switch (answer.type) {
    case 'stream':
      return {
        status: 200,
        headers: {
          ...warningHeaders(context.warnings),
          'content-type': answer.contentType,
          'cache-control': 'no-cache, private',
        },
        body: answer.body,
      }
    case 'document': {
      const headers = { ...answer.headers, 'content-type': answer.contentType }
      return finish(context, answer.status, headers, [answer.body])
    }
    case 'status':
    case 'object': {
      const form = chooseForm(context)
      const { object } = answer
      const body = form.encoding === 'protobuf' ? protobufOf(object as Json) : Buffer.from(JSON.stringify(object))
      return finishObjects(context, answer.status, form, [body])
    }
    case 'row': {
      const form = chooseForm(context)
      const body = objectBytes(answer.definition, form, answer.row, answer.cluster)
      return finishObjects(context, answer.status, form, [body])
    }
    case 'list': {
      const form = chooseForm(context)
      return finishObjects(context, 200, form, await listBytes(context, form, answer))
    }
  }
}

/** A failure, encoded as the client takes it. */
export function respondStatus(error: StatusError, warningTexts: readonly string[], accept?: string): ApiResponse {
  const { status } = error
  if (status.message === PATH_NOT_FOUND) {
    return {
      status: 404,
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'cache-control': 'no-cache, private',
        'x-content-type-options': 'nosniff',
      },
      body: [Buffer.from(`${PATH_NOT_FOUND}\n`)],
    }
  }
  const encoding = statusEncoding(accept)
  const retry = status.details?.retryAfterSeconds
  const headers = {
    ...warningHeaders(warningTexts),
    'content-type': MEDIA_TYPES[encoding],
    'cache-control': 'no-cache, private',
    ...(retry !== undefined && retry > 0 && { 'retry-after': String(retry) }),
  }
  return { status: status.code, headers, body: [statusBytes(status, encoding)] }
}

function statusBytes(status: Status, encoding: Encoding): Buffer {
  const object = status as unknown as Json
  if (encoding === 'protobuf') return protobufOf(object)
  return Buffer.from(encoding === 'yaml' ? printYaml(object) : JSON.stringify(object))
}

type ListAnswer = Extract<Answer, { type: 'list' }>

async function listBytes(context: RequestContext, form: ObjectForm, answer: ListAnswer): Promise<Buffer[]> {
  const { definition, rows, metadata } = answer
  const clusterOf = (row: AnsweredRow): string =>
    context.cluster === ALL_CLUSTERS ? clusterOfKey(definition, row.key) : context.cluster
  const present = (row: AnsweredRow): KubeObject => presentObject(definition, row, clusterOf(row))
  const { metaVersion } = form
  if (form.as === 'Table') {
    const { includeObject } = form
    const options = { includeObject, metaVersion, now: form.now(), metadata }
    return [Buffer.from(JSON.stringify(tableOf(definition, rows.map(present), options)))]
  }
  const partial = (row: AnsweredRow): KubeObject => partialObjectMetadata(present(row), metaVersion)
  const isPartial = form.as === 'PartialObjectMetadata'
  const shown = definition.builtIn ? metadata : { continue: '', ...metadata }
  // Upstream's unstructured lists say that there is nothing more.
  const list = isPartial
    ? { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${metaVersion}`, metadata }
    : { kind: definition.names.listKind, apiVersion: formatApiVersion(definition), metadata: shown }
  if (form.encoding === 'protobuf') {
    const slice = (start: number, end: number) => rows.slice(start, end).map(isPartial ? partial : present)
    return protobufList({ ...list, items: { length: rows.length, slice } })
  }
  if (isPartial) return [Buffer.from(JSON.stringify({ ...list, items: rows.map(partial) }))]
  return stitch(definition, rows, shown, clusterOf)
}

const SEPARATOR = Buffer.from(',')
const LIST_END = Buffer.from(']}')
/** Rows joined into one buffer: fewer, larger writes. */
const STITCH = 256

/** A list made of stored bytes, without parsing what may go out as it is; in slices, to keep the event loop free. */
async function stitch(
  definition: ResourceDefinition,
  rows: readonly AnsweredRow[],
  metadata: ListMetadata,
  clusterOf: (row: AnsweredRow) => string,
): Promise<Buffer[]> {
  const head = JSON.stringify({ kind: definition.names.listKind, apiVersion: formatApiVersion(definition), metadata })
  const buffers = [Buffer.from(`${head.slice(0, -1)},"items":[`)]
  for (let start = 0; start < rows.length; start += STITCH) {
    if (start > 0) await new Promise(setImmediate)
    const pieces: Buffer[] = []
    for (const row of rows.slice(start, start + STITCH)) {
      if (start > 0 || pieces.length > 0) pieces.push(SEPARATOR)
      const cluster = clusterOf(row)
      if (isCurrent(definition, row.value)) {
        const [before, splice, after] = spliceRow(definition, row.value, cluster, row.version)
        pieces.push(before, Buffer.from(splice, 'latin1'), after)
      } else pieces.push(Buffer.from(JSON.stringify(presentObject(definition, row, cluster))))
    }
    buffers.push(Buffer.concat(pieces))
  }
  buffers.push(LIST_END)
  return buffers
}

async function finishObjects(
  context: RequestContext,
  status: number,
  { encoding, pretty }: ObjectForm,
  body: Buffer[],
): Promise<ApiResponse> {
  const headers = { 'content-type': MEDIA_TYPES[encoding] }
  if (encoding === 'protobuf' || (encoding === 'json' && !pretty)) return finish(context, status, headers, body)
  const json = Buffer.concat(body).toString('utf8')
  const text = encoding === 'yaml' ? await yamlOfJson(json) : `${JSON.stringify(JSON.parse(json), null, 2)}\n`
  return finish(context, status, headers, [Buffer.from(text)])
}

async function finish(
  context: RequestContext,
  status: number,
  headers: Record<string, string>,
  body: Buffer[],
): Promise<ApiResponse> {
  const all = { 'cache-control': 'no-cache, private', ...headers, ...warningHeaders(context.warnings) }
  const size = body.reduce((sum, piece) => sum + piece.length, 0)
  if (size < COMPRESS_FROM || !/\bgzip\b/.test(context.request.headers['accept-encoding'] ?? '')) {
    return { status, headers: all, body }
  }
  const compressed = await compress(Buffer.concat(body), { level: 1 })
  return { status, headers: { ...all, 'content-encoding': 'gzip', vary: 'Accept-Encoding' }, body: [compressed] }
}
