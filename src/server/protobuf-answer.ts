/** Answers in Kubernetes protobuf: each object is read from its row once and written as its message. */
import {
  encodeItems,
  encodeProtobuf,
  internalError,
  type Json,
  type JsonObject,
  type MessageTable,
  messageNamed,
  messageOf,
  PROTOBUF_TAIL,
  parseApiVersion,
  protobufHead,
} from '../machinery/index.ts'

const METADATA = 1
const ITEMS = 2

/** An object of a built-in kind, a Status, or PartialObjectMetadata. */
export function protobufOf(object: Json): Buffer {
  const fields = object as JsonObject
  return encodeProtobuf(tableOf(String(fields.apiVersion), String(fields.kind)), fields)
}

export interface ProtobufList {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: object
}

/** A list is put together from slices of its items, each made when it is its turn. */
export async function* protobufList(
  { apiVersion, kind, metadata }: ProtobufList,
  slices: AsyncIterable<readonly object[]>,
): AsyncGenerator<Buffer> {
  const table = tableOf(apiVersion, kind.slice(0, -'List'.length))
  const pieces = [encodeItems(messageNamed('meta/v1.ListMeta'), METADATA, [metadata as JsonObject])]
  for await (const items of slices) pieces.push(encodeItems(table, ITEMS, items as JsonObject[]))
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  yield protobufHead(apiVersion, kind, length)
  yield* pieces
  yield PROTOBUF_TAIL
}

function tableOf(apiVersion: string, kind: string): MessageTable {
  const { group = '', version = '' } = parseApiVersion(apiVersion) ?? {}
  // v1beta1 of meta.k8s.io has v1's types.
  const table = messageOf(group, group === 'meta.k8s.io' ? 'v1' : version, kind)
  if (table === undefined) throw internalError(`no protobuf message of ${apiVersion} ${kind}`)
  return table
}
