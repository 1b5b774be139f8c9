/** Puts an answer into bytes: the form that the client asked for, compressed when that pays. */

import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import {
  type ApiResponse,
  formatApiVersion,
  type JsonObject,
  PATH_NOT_FOUND,
  printYaml,
  type StatusError,
} from '../machinery/index.ts'
import type { Answer, AnsweredRow, ListMetadata } from './answer.ts'
import type { RequestContext } from './context.ts'
import type { ResourceDefinition } from './definition.ts'
import { chooseForm, type ObjectForm, objectBytes } from './form.ts'
import { ALL_CLUSTERS, clusterOfKey } from './keys.ts'
import { partialObjectMetadata } from './printers/partial-object-metadata.ts'
import { tableOf } from './printers/table.ts'
import { presentObject } from './read.ts'
import { isCurrent, spliceRow } from './row.ts'
import { warningHeaders } from './warnings.ts'

const compress = promisify(gzip)
/** apiserver compresses from this size on, at level 1. */
const COMPRESS_FROM = 128 * 1024

export async function respond(context: RequestContext, answer: Answer): Promise<ApiResponse> {
  switch (answer.type) {
    case 'stream':
      return {
        status: 200,
        headers: { ...warningHeaders(context.warnings), 'content-type': answer.contentType },
        body: answer.body,
      }
    case 'document': {
      const headers = { ...answer.headers, 'content-type': answer.contentType }
      return finish(context, answer.status, headers, [answer.body])
    }
    case 'status':
    case 'object': {
      const form = chooseForm(context)
      return finishJson(context, answer.status, form, [Buffer.from(JSON.stringify(answer.object))])
    }
    case 'row': {
      const form = chooseForm(context)
      return finishJson(context, answer.status, form, [
        objectBytes(answer.definition, form, answer.row, answer.cluster),
      ])
    }
    case 'list': {
      const form = chooseForm(context)
      return finishJson(context, 200, form, await listBytes(context, form, answer))
    }
  }
}

/** A failure has one form, whatever the client asked for. */
export function respondStatus(error: StatusError, warningTexts: readonly string[]): ApiResponse {
  const { status } = error
  if (status.message === PATH_NOT_FOUND) {
    return {
      status: 404,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: [Buffer.from(`${PATH_NOT_FOUND}\n`)],
    }
  }
  const retry = status.details?.retryAfterSeconds
  const headers = {
    ...warningHeaders(warningTexts),
    'content-type': 'application/json',
    ...(retry !== undefined && retry > 0 && { 'retry-after': String(retry) }),
  }
  return { status: status.code, headers, body: [Buffer.from(JSON.stringify(status))] }
}

type ListAnswer = Extract<Answer, { type: 'list' }>

async function listBytes(context: RequestContext, form: ObjectForm, answer: ListAnswer): Promise<Buffer[]> {
  const { definition, rows, metadata } = answer
  const clusterOf = (row: AnsweredRow): string =>
    context.cluster === ALL_CLUSTERS ? clusterOfKey(definition, row.key) : context.cluster
  if (form.as === 'Table') {
    const objects = rows.map((row) => presentObject(definition, row, clusterOf(row)))
    const { includeObject } = form
    return [Buffer.from(JSON.stringify(tableOf(definition, objects, { includeObject, now: form.now(), metadata })))]
  }
  if (form.as === 'PartialObjectMetadata') {
    const items = rows.map((row) => partialObjectMetadata(presentObject(definition, row, clusterOf(row))))
    return [
      Buffer.from(JSON.stringify({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items })),
    ]
  }
  return stitch(definition, rows, metadata, clusterOf)
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

function finishJson(context: RequestContext, status: number, form: ObjectForm, body: Buffer[]): Promise<ApiResponse> {
  if (form.encoding === 'json') return finish(context, status, { 'content-type': 'application/json' }, body)
  const text = printYaml(JSON.parse(Buffer.concat(body).toString('utf8')) as JsonObject)
  return finish(context, status, { 'content-type': 'application/yaml' }, [Buffer.from(text)])
}

async function finish(
  context: RequestContext,
  status: number,
  headers: Record<string, string>,
  body: Buffer[],
): Promise<ApiResponse> {
  const all = { ...headers, ...warningHeaders(context.warnings), 'cache-control': 'no-cache, private' }
  const size = body.reduce((sum, piece) => sum + piece.length, 0)
  if (size < COMPRESS_FROM || !/\bgzip\b/.test(context.request.headers['accept-encoding'] ?? '')) {
    return { status, headers: all, body }
  }
  const compressed = await compress(Buffer.concat(body), { level: 1 })
  return { status, headers: { ...all, 'content-encoding': 'gzip', vary: 'Accept-Encoding' }, body: [compressed] }
}
