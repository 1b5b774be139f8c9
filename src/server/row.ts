/**
 * How an object lies in the store: a header, then its JSON without what changes around it. resourceVersion and the
 * annotation kcp.io/cluster are spliced in on the way out, so that a list is answered by copying bytes.
 *
 * offset  0  format (1)
 *         1  flags: 1 = the object has annotations of its own
 *         4  length of the header, u32
 *         8  splice offset in the body: after `"metadata":{"annotations":{`, u32
 *        12  row hash, 16 bytes: of the schema and version that the body was written in
 *        28  header, JSON: labels, selectable fields, owners' UIDs
 *         …  body, JSON
 */
import { createHash } from 'node:crypto'
import type { KubeObject, ObjectMeta } from '../machinery/index.ts'
import type { Row, Version } from '../storage/index.ts'
import type { ResourceDefinition } from './definition.ts'
import { definitionWith } from './definition-with.ts'
import { fieldsOf } from './fields.ts'
import { copyField, fieldsBut, heldIn } from './held-pieces.ts'

export const CLUSTER_ANNOTATION = 'kcp.io/cluster'
/** The version of what a dry run has created: it has no resourceVersion. */
export const UNWRITTEN: Version = 0

const FORMAT = 1
const HAS_ANNOTATIONS = 1
const FIXED = 28
const METADATA_OPEN = '"metadata":{'
const ANNOTATIONS_OPEN = '"annotations":{'

export interface RowHeader {
  /** metadata.uid. */
  readonly u: string
  /** Labels. */
  readonly l?: Readonly<Record<string, string>>
  /** Selectable fields by path. */
  readonly f?: Readonly<Record<string, string>>
  /** UIDs of the owners. */
  readonly o?: readonly string[]
}

const rowHashes = new WeakMap<ResourceDefinition, Buffer>()

/** Equal hashes: the body is what this definition serves, byte for byte. */
function rowHash(definition: ResourceDefinition): Buffer {
  let hash = rowHashes.get(definition)
  if (hash === undefined) {
    hash = createHash('sha256')
      .update(`${definition.group}/${definition.storageVersion}/${definition.names.kind}/${definition.schemaHash}`)
      .digest()
      .subarray(0, 16)
    rowHashes.set(definition, hash)
  }
  return hash
}

/** The object's bytes for the store. It is not changed. */
export function encodeRow(definition: ResourceDefinition, object: KubeObject): Buffer {
  const { storedForm } = definition
  if (storedForm !== undefined) return encodeRow(storedForm.definition, storedForm.toStored(object))
  const { annotations, meta, rest, header } = rowParts(definition, object)
  return joinRow(definition, object.kind, {
    annotations: JSON.stringify(annotations),
    meta: JSON.stringify(meta),
    rest: JSON.stringify(rest),
    header: JSON.stringify(header),
  })
}

/** Objects whose texts make up a row. */
export interface RowParts<Part> {
  readonly annotations: Part
  readonly meta: Part
  readonly rest: Part
  readonly header: Part
}

export function rowParts(definition: ResourceDefinition, object: KubeObject): RowParts<object> {
  const { metadata } = object
  const rest = fieldsBut(object, 'metadata', 'apiVersion', 'kind')
  const { annotations: all } = metadata
  const meta = fieldsBut(metadata, 'annotations', 'resourceVersion')
  const { [CLUSTER_ANNOTATION]: _cluster, ...annotations } = all ?? {}
  return { annotations, meta, rest, header: headerOf(definition, object) }
}

/** @param texts JSON of its parts. */
function joinRow(definition: ResourceDefinition, kind: string, texts: RowParts<string>): Buffer {
  const start = startOf(definition, kind)
  const annotationsText = texts.annotations.slice(1)
  const metaText = texts.meta.slice(1)
  const restText = withoutExternalURL(definition, texts.rest.slice(1))
  const tail = `${annotationsText}${metaText === '}' ? '' : ','}${metaText}${restText === '}' ? '' : ','}${restText}`
  const header = Buffer.from(texts.header)
  const startLength = Buffer.byteLength(start)
  const value = Buffer.allocUnsafe(FIXED + header.length + startLength + Buffer.byteLength(tail))
  writeFixed(definition, value, annotationsText !== '}', header.length, startLength)
  header.copy(value, FIXED)
  value.write(start, FIXED + header.length)
  value.write(tail, FIXED + header.length + startLength)
  return value
}

function startOf({ group, storageVersion }: ResourceDefinition, kind: string): string {
  const apiVersion = group === '' ? storageVersion : `${group}/${storageVersion}`
  return `{"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(kind)},${METADATA_OPEN}${ANNOTATIONS_OPEN}`
}

function writeFixed(
  definition: ResourceDefinition,
  value: Buffer,
  hasAnnotations: boolean,
  headerLength: number,
  startLength: number,
): void {
  value.writeUInt32LE(0, 0)
  value[0] = FORMAT
  value[1] = hasAnnotations ? HAS_ANNOTATIONS : 0
  value.writeUInt32LE(headerLength, 4)
  value.writeUInt32LE(startLength, 8)
  rowHash(definition.stored?.() ?? definition).copy(value, 12)
}

const COMMA = Buffer.from(',')
const EMPTY = 1

/**
 * The same of parts that another thread has put into JSON: to join megabytes of text takes longer than to copy them.
 *
 * @param bytes JSON of its parts, of an object that has no external URL.
 */
export function joinRowBytes(definition: ResourceDefinition, kind: string, bytes: RowParts<Uint8Array>): Buffer {
  const [annotations, meta, rest] = [bytes.annotations, bytes.meta, bytes.rest].map((part) => part.subarray(1)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  const start = Buffer.from(startOf(definition, kind))
  const fixed = Buffer.alloc(FIXED)
  writeFixed(definition, fixed, annotations.length > EMPTY, bytes.header.length, start.length)
  const tail = [
    annotations,
    ...(meta.length > EMPTY ? [COMMA] : []),
    meta,
    ...(rest.length > EMPTY ? [COMMA] : []),
    rest,
  ]
  return Buffer.concat([fixed, bytes.header, start, ...tail])
}

function headerOf(definition: ResourceDefinition, object: KubeObject): RowHeader {
  const { metadata } = object
  const { uid, ownerReferences } = metadata
  const hasMany = heldIn(metadata, 'labels') !== undefined
  const labels = hasMany ? undefined : metadata.labels
  const fields = fieldsOf(definition, object)
  const header: RowHeader = {
    u: uid ?? '',
    ...(labels !== undefined && Object.keys(labels).length > 0 && { l: labels }),
    ...(fields !== undefined && { f: fields }),
    ...(ownerReferences !== undefined &&
      ownerReferences.length > 0 && { o: ownerReferences.map((owner) => owner.uid) }),
  }
  if (hasMany) copyField(metadata, header, 'labels', 'l')
  return header
}

const headers = new WeakMap<Buffer, RowHeader>()

export function readHeader(value: Buffer): RowHeader {
  let header = headers.get(value)
  if (header === undefined) {
    header = JSON.parse(value.toString('utf8', FIXED, FIXED + value.readUInt32LE(4))) as RowHeader
    headers.set(value, header)
  }
  return header
}

const forms = new WeakMap<ResourceDefinition, ResourceDefinition>()

/** The definition as if its version were the one that rows are written in: for rows that a webhook has converted. */
export function servedForm(definition: ResourceDefinition): ResourceDefinition {
  if (definition.version === definition.storageVersion) return definition
  let form = forms.get(definition)
  if (form === undefined) {
    form = definitionWith(definition, { storageVersion: definition.version })
    forms.set(definition, form)
  }
  return form
}

const API_VERSION = '{"apiVersion":"'

/** Of rows that have been converted: the apiVersion of those that they were made of. */
const origins = new WeakMap<Buffer, string>()

/** A row as a webhook has converted it. */
export function convertedRow(definition: ResourceDefinition, object: KubeObject, from: string): Buffer {
  const value = encodeRow(servedForm(definition), object)
  origins.set(value, from)
  return value
}

/** The apiVersion in which the object lies in the store. */
export function storedVersion(value: Buffer): string {
  return origins.get(value) ?? writtenVersion(value)
}

/** The apiVersion that a row's object is in. */
export function writtenVersion(value: Buffer): string {
  const start = FIXED + value.readUInt32LE(4) + API_VERSION.length
  return value.toString('utf8', start, value.indexOf('"', start))
}

/** Whether the stored bytes may go out as they are. */
export function isCurrent(definition: ResourceDefinition, value: Buffer): boolean {
  if (definition.conversion !== undefined) return rowHash(servedForm(definition)).compare(value, 12, FIXED) === 0
  if (definition.version !== definition.storageVersion || definition.storedForm !== undefined) return false
  return rowHash(definition).compare(value, 12, FIXED) === 0
}

/** The stored object as it was written: no pruning, no defaults, no conversion. */
export function decodeRow(value: Buffer, cluster: string, version: Version, externalURL?: () => string): KubeObject {
  const text = value.toString('utf8', FIXED + value.readUInt32LE(4))
  return placed(JSON.parse(externalURL === undefined ? text : withExternalURL(externalURL(), text)), cluster, version)
}

/** JSON, of an object that has no external URL. */
export function bodyOf(value: Buffer): Uint8Array {
  return Uint8Array.prototype.slice.call(value, FIXED + value.readUInt32LE(4))
}

/** A stored object, with what is spliced into it. */
export function placed(object: KubeObject, cluster: string, version: Version): KubeObject {
  const metadata: ObjectMeta = object.metadata
  metadata.annotations = { [CLUSTER_ANNOTATION]: cluster, ...metadata.annotations }
  if (version !== UNWRITTEN) metadata.resourceVersion = String(version)
  return object
}

/** Where this server is reached may change from start to start: stored URLs begin with a path. */
const URLS = [
  { field: '"URL":"', path: '/clusters/' },
  { field: '"url":"', path: '/services/' },
] as const

function withoutExternalURL({ externalURL }: ResourceDefinition, text: string): string {
  if (externalURL === undefined) return text
  return URLS.reduce(
    (stored, { field, path }) => stored.replaceAll(`${field}${externalURL()}${path}`, field + path),
    text,
  )
}

function withExternalURL(url: string, text: string): string {
  return URLS.reduce((shown, { field, path }) => shown.replaceAll(field + path, field + url + path), text)
}

const ITEM_OPEN = Buffer.from(`{${METADATA_OPEN}`)

/**
 * The pieces of the object's JSON with resourceVersion and logical cluster in place.
 *
 * @param isBare as Go's lists have objects of built-in kinds: without their own apiVersion and kind
 */
export function spliceRow(
  definition: ResourceDefinition,
  value: Buffer,
  cluster: string,
  version: Version,
  isBare = false,
): [Buffer, string, Buffer] {
  const body = FIXED + value.readUInt32LE(4)
  const splice = body + value.readUInt32LE(8)
  const comma = ((value[1] ?? 0) & HAS_ANNOTATIONS) === 0 ? '' : ','
  const tail = value.subarray(splice)
  return [
    isBare ? ITEM_OPEN : value.subarray(body, splice - ANNOTATIONS_OPEN.length),
    `${version === UNWRITTEN ? '' : `"resourceVersion":"${version}",`}${ANNOTATIONS_OPEN}"${CLUSTER_ANNOTATION}":"${cluster}"${comma}`,
    definition.externalURL === undefined
      ? tail
      : Buffer.from(withExternalURL(definition.externalURL(), tail.toString('utf8'))),
  ]
}

/** One whole object as bytes, when its row may go out as it is. */
export function spliceWhole(
  definition: ResourceDefinition,
  row: Pick<Row, 'value' | 'version'>,
  cluster: string,
): Buffer {
  const [head, splice, tail] = spliceRow(definition, row.value, cluster, row.version)
  const whole = Buffer.allocUnsafe(head.length + splice.length + tail.length)
  head.copy(whole, 0)
  whole.write(splice, head.length, 'latin1')
  tail.copy(whole, head.length + splice.length)
  return whole
}
