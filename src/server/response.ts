/** Puts an answer into bytes: the form that the client asked for, compressed when that pays. */

import { pipeline, Readable } from 'node:stream'
import { promisify } from 'node:util'
import { createGzip, gzip } from 'node:zlib'
import {
  type ApiResponse,
  EncodedStatusError,
  type Json,
  PATH_NOT_FOUND,
  printYaml,
  type Status,
  type StatusError,
} from '../machinery/index.ts'
import type { Answer } from './answer.ts'
import type { RequestContext } from './context.ts'
import {
  checkListForm,
  chooseForm,
  type Encoding,
  type FormContext,
  MEDIA_TYPES,
  type ObjectForm,
  objectBytes,
  shownBytes,
  statusEncoding,
} from './form.ts'
import { isLargeRow, presentRow, protobufRow } from './large-objects.ts'
import { type ListAnswer, listPieces } from './list-encoding.ts'
import { protobufOf } from './protobuf-answer.ts'
import { inText } from './text-form.ts'
import { warningHeaders } from './warnings.ts'
import { yamlOfJson } from './yaml-thread.ts'

type AnswerOf<Type extends Answer['type']> = Extract<Answer, { readonly type: Type }>

const compress = promisify(gzip)
/** apiserver compresses from this size on, at level 1. */
const COMPRESS_FROM = 128 * 1024
/** Bytes of a compressed stream that are sent in one go. */
const STREAMED = 64 * 1024

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
        events: true,
      }
    case 'document': {
      const { contentType } = answer
      const headers = { ...answer.headers, ...(contentType !== undefined && { 'content-type': contentType }) }
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
      checkListForm(form, context, false)
      const body = await rowBytes(answer, form)
      return finishObjects(context, answer.status, form, [body])
    }
    case 'list': {
      const form = chooseForm(context)
      checkListForm(form, context, true)
      return respondList(context, form, answer)
    }
  }
}

async function rowBytes({ definition, row, cluster }: AnswerOf<'row'>, form: ObjectForm): Promise<Buffer> {
  if (!isLargeRow(definition, row.value)) return objectBytes(definition, form, row, cluster)
  if (form.as === 'object') {
    return form.encoding === 'protobuf' ? protobufRow(row, cluster) : objectBytes(definition, form, row, cluster)
  }
  // A Table, or the metadata alone.
  return shownBytes(definition, form, await presentRow(definition, row, cluster), row.version)
}

/**
 * A failure, encoded as the client takes it.
 *
 * @param noSniff whether browsers are told not to guess what it is
 */
export function respondStatus(
  error: StatusError,
  warningTexts: readonly string[],
  accept?: string,
  noSniff = false,
): ApiResponse {
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
    ...(noSniff && { 'x-content-type-options': 'nosniff' }),
  }
  return { status: status.code, headers, body: [statusBytes(error, encoding)] }
}

function statusBytes(error: StatusError, encoding: Encoding): Buffer {
  const isEncoded = error instanceof EncodedStatusError
  if (isEncoded && encoding === 'json') return error.encoded
  const status: Status = isEncoded ? JSON.parse(error.encoded.toString('utf8')) : error.status
  const object = status as unknown as Json
  if (encoding === 'protobuf') return protobufOf(object)
  return Buffer.from(encoding === 'yaml' ? printYaml(object) : JSON.stringify(object))
}

/** A long list is sent as it is read, unless it must be known as a whole before its first byte. */
async function respondList(context: RequestContext, form: ObjectForm, answer: ListAnswer): Promise<ApiResponse> {
  const pieces = listPieces(context, form, answer)
  const headers = { 'content-type': MEDIA_TYPES[form.encoding] }
  if (answer.rest !== undefined && form.encoding === 'json') return stream(context, headers, pieces)
  const whole = await Array.fromAsync(pieces)
  if (form.encoding !== 'yaml') return finish(context, 200, headers, whole)
  return finish(context, 200, headers, [Buffer.from(await yamlOfJson(Buffer.concat(whole).toString('utf8')))])
}

function stream(context: RequestContext, headers: Record<string, string>, pieces: AsyncIterable<Buffer>): ApiResponse {
  const all = { 'cache-control': 'no-cache, private', ...headers, ...warningHeaders(context.warnings) }
  if (!takesGzip(context)) return { status: 200, headers: all, body: pieces }
  const gzip = createGzip({ level: 1, chunkSize: STREAMED })
  // A failure of the one is the other's, and whoever reads learns of it.
  pipeline(Readable.from(pieces, { highWaterMark: 1 }), gzip, () => undefined)
  return { status: 200, headers: gzipped(all), body: gzip }
}

async function finishObjects(
  context: RequestContext,
  status: number,
  form: ObjectForm,
  body: Buffer[],
): Promise<ApiResponse> {
  return finish(context, status, { 'content-type': MEDIA_TYPES[form.encoding] }, await inText(body, form))
}

async function finish(
  context: RequestContext,
  status: number,
  headers: Record<string, string>,
  body: readonly Buffer[],
): Promise<ApiResponse> {
  const all = { 'cache-control': 'no-cache, private', ...headers, ...warningHeaders(context.warnings) }
  const size = body.reduce((sum, piece) => sum + piece.length, 0)
  if (size < COMPRESS_FROM || status === 206 || !takesGzip(context)) return { status, headers: all, body }
  const compressed = await compress(Buffer.concat(body), { level: 1 })
  return { status, headers: gzipped(all), body: [compressed] }
}

/** What the answer depends on besides: `Vary: Accept` of documents stays. */
function gzipped({ vary, ...headers }: Record<string, string>): Record<string, string> {
  const known = vary === undefined || vary.includes('Accept-Encoding')
  return {
    ...headers,
    'content-encoding': 'gzip',
    vary: known ? (vary ?? 'Accept-Encoding') : `${vary}, Accept-Encoding`,
  }
}

function takesGzip({ request }: RequestContext): boolean {
  return /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
}
