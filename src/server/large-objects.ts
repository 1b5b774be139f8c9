/** The steps of a write whose time grows with the object: where the object is large they are done beside the event loop. */
import { isDeepStrictEqual } from 'node:util'
import {
  applyPatch,
  EncodedStatusError,
  type FieldManager,
  holdsRules,
  invalid,
  type Json,
  type JsonObject,
  type KubeObject,
  MAX_ANNOTATIONS_BYTES,
  managedAfterUpdate,
  type PatchResult,
  type StatusCause,
  type StructuralSchema,
} from '../machinery/index.ts'
import type { Row } from '../storage/index.ts'
import type { FieldValidation } from './admission.ts'
import { type ConformedApply, conformApplied } from './applied-object.ts'
import { decodingFault, type ExpectedKind } from './built-in-body.ts'
import type { JudgedContext, ResourceDefinition } from './definition.ts'
import { causesOf, type Judged, warningsOf } from './judge.ts'
import { inTurns, nextTurn } from './loop-turns.ts'
import { rulesOf } from './metadata-faults.ts'
import { decodeInstructions, type PatchInstructions } from './patch-instructions.ts'
import { cut, isSame, join, type Pieces, spend } from './pieces.ts'
import { presentObject } from './read.ts'
import { bodyOf, encodeRow, isCurrent, joinRowBytes, placed, rowParts } from './row.ts'
import { type PatchKind, patcherOf, type SentManager } from './side-tasks.ts'
import { aside, schemaNumber } from './side-thread.ts'
import { type ConformedPatch, conformPatched, type DecodedObject, type Sent } from './submitted.ts'

/** Values of which a step takes some milliseconds. */
const ON_THE_LOOP = 2000
/** A rule may look at each value for each other one. */
const ON_THE_LOOP_WITH_RULES = 300
/** Characters that weigh as much as a value. */
const TEXT = 4096
/** Bytes of a body that is read beside the loop. */
export const LARGE_BODY = 64 * 1024
/** Of a row that is read beside the loop. */
const LARGE_ROW = 128 * 1024
/** Of a patch, or of the rows and bodies that it is about. */
const PATCH_BYTES = 64 * 1024
const SMALL_PATCH_BYTES = 4 * 1024

const large = new WeakSet<object>()

function isOver(value: unknown, budget = ON_THE_LOOP): boolean {
  return spend(value, budget, TEXT) < 0
}

/** Notes whether the steps of a write that turns `old` into `object` go to the thread; looked at once for all of them. */
export function weigh(object: KubeObject, old: KubeObject | undefined): void {
  if (isOver(object) || (old !== undefined && isOver(old))) large.add(object)
}

/** Lets others have the loop before the next step with a large object. */
export async function breathe(object: KubeObject): Promise<void> {
  if (large.has(object)) await nextTurn()
}

/** decodeSubmitted, and conforming to `target`. */
export async function readLarge(
  body: Buffer,
  sent: Sent,
  target: { readonly schema: StructuralSchema | undefined; readonly validation: FieldValidation } | undefined,
): Promise<DecodedObject & { conformed: boolean }> {
  const schemas = target?.schema === undefined ? [] : [target.schema]
  const conform = target && { schema: numberOf(target.schema), validation: target.validation }
  const { object, faults } = await aside('submit', { body: new Uint8Array(body), sent, conform }, schemas)
  const isConformed = target !== undefined
  return { object: await (isConformed ? held : joined)<KubeObject>(object), faults, conformed: isConformed }
}

function numberOf(schema: StructuralSchema | undefined): number | undefined {
  return schema === undefined ? undefined : schemaNumber(schema)
}

function pieces(value: unknown): Promise<Pieces> {
  return inTurns(cut(value))
}

async function joined<T>(value: Pieces): Promise<T> {
  return (await inTurns(join(value))) as T
}

/** Joined as far as somebody looks at it. */
async function held<T>(value: Pieces): Promise<T> {
  return (await inTurns(join(value, true))) as T
}

/** decodeInstructions */
export async function readInstructions(body: Buffer, type: string): Promise<PatchInstructions> {
  if (body.length <= LARGE_BODY) return decodeInstructions(body, type)
  const { instructions, faults } = await aside('instructions', { body: new Uint8Array(body), type })
  return { instructions: await held<Json>(instructions), faults }
}

/** A copy that nobody else has. */
export async function copyOf(object: KubeObject): Promise<KubeObject> {
  return isOver(object) ? held(await pieces(object)) : structuredClone(object)
}

/** isDeepStrictEqual of parts of `object` and of what it takes the place of. */
export async function isEqual(object: KubeObject, one: unknown, other: unknown): Promise<boolean> {
  if (!large.has(object)) return isDeepStrictEqual(one, other)
  const given = { one: await pieces(one), other: await pieces(other) }
  return isSame(given.one, given.other) || aside('equal', given)
}

/** It will be refused for its annotations unless somebody drops some: what would be stored with it need not be found out. */
export function isHopeless(object: KubeObject): boolean {
  if (!large.has(object)) return false
  let left = MAX_ANNOTATIONS_BYTES
  const { annotations = {} } = object.metadata
  for (const key in annotations) {
    left -= key.length + (annotations[key]?.length ?? 0)
    if (left < 0) return true
  }
  return false
}

/** One that is read beside the loop. */
export function isLargeRow(definition: ResourceDefinition, value: Buffer): boolean {
  return value.length > LARGE_ROW && definition.externalURL === undefined && isCurrent(definition, value)
}

/** presentObject */
export async function presentRow(
  definition: ResourceDefinition,
  row: Pick<Row, 'value' | 'version'>,
  cluster: string,
): Promise<KubeObject> {
  if (!isLargeRow(definition, row.value)) return presentObject(definition, { key: '', ...row }, cluster)
  return placed(await held<KubeObject>(await aside('read', bodyOf(row.value))), cluster, row.version)
}

/** protobufOf a large row. */
export async function protobufRow(
  { value, version }: Pick<Row, 'value' | 'version'>,
  cluster: string,
): Promise<Buffer> {
  const { buffer, byteOffset, byteLength } = await aside('protobuf', { json: bodyOf(value), cluster, version })
  return Buffer.from(buffer, byteOffset, byteLength)
}

/** encodeRow */
export async function encodeObject(definition: ResourceDefinition, object: KubeObject): Promise<Buffer> {
  if (!large.has(object) || definition.storedForm !== undefined || definition.externalURL !== undefined)
    return encodeRow(definition, object)
  const { annotations, meta, rest, header } = rowParts(definition, object)
  const parts = {
    annotations: await pieces(annotations),
    meta: await pieces(meta),
    rest: await pieces(rest),
    header: await pieces(header),
  }
  return joinRowBytes(definition, object.kind, await aside('print', parts))
}

/** A manager, and where its types can be had by data alone. */
export interface SendableManager extends FieldManager {
  readonly sent: (() => { readonly manager: SentManager; readonly schemas: readonly StructuralSchema[] }) | undefined
}

/** managedAfterUpdate of `object`, as its managers see it in `live` and `written`. */
export async function managedFieldsOf(
  object: KubeObject,
  manager: SendableManager,
  live: KubeObject | undefined,
  written: KubeObject,
): Promise<JsonObject[] | undefined> {
  if (manager.sent === undefined || !large.has(object)) return managedAfterUpdate(manager, live, written)
  const { manager: sent, schemas } = manager.sent()
  const given = { manager: sent, live: await piecesOf(live), written: await pieces(written) }
  const managed = await aside('manage', given, schemas)
  return managed === undefined ? undefined : held<JsonObject[]>(managed)
}

type Outcome = ReturnType<typeof applyPatch>
type Applied = Exclude<Outcome, { type: 'applied' }> | (Extract<Outcome, { type: 'applied' }> & ConformedApply)

interface ApplyOptions {
  readonly force: boolean
  /** What it becomes an object of. */
  readonly definition: ResourceDefinition
  readonly validation: FieldValidation
}

/** applyPatch and conformApplied; the faults are no more than the client will be told. */
export async function applied(
  manager: SendableManager,
  live: KubeObject | undefined,
  config: KubeObject,
  { force, definition, validation }: ApplyOptions,
): Promise<Applied> {
  weigh(config, live)
  if (manager.sent === undefined || !large.has(config)) {
    const outcome = applyPatch(manager, live, config, force)
    return outcome.type === 'applied' ? { ...outcome, ...conformApplied(definition, outcome.object) } : outcome
  }
  const { manager: sent, schemas } = manager.sent()
  const { schema } = definition
  const conform = sentForm(definition, validation)
  const given = { manager: sent, live: await piecesOf(live), config: await pieces(config), force, conform }
  const outcome = await aside('apply', given, schema === undefined ? schemas : [...schemas, schema])
  return outcome.type === 'applied' ? { ...outcome, object: await held<KubeObject>(outcome.object) } : outcome
}

function sentForm({ group, version, names, builtIn, schema }: ResourceDefinition, validation: FieldValidation) {
  return { schema: numberOf(schema), validation, builtIn, expected: { group, version, kind: names.kind } }
}

/** decodingFault */
export async function decodingFaultOf(expected: ExpectedKind, object: KubeObject): Promise<string | undefined> {
  return isOver(object) ? aside('decodes', { expected, object: await pieces(object) }) : decodingFault(expected, object)
}

/** conformPatched; the object is another one where it is large, and its faults no more than the client will be told. */
export async function conformedPatch(
  definition: ResourceDefinition,
  object: KubeObject,
  validation: FieldValidation,
): Promise<ConformedPatch & { readonly object: KubeObject }> {
  if (!isOver(object)) return { object, ...conformPatched(definition, object) }
  const { schema } = definition
  const given = { object: await pieces(object), conform: sentForm(definition, validation) }
  const conformed = await aside('conform', given, schema === undefined ? [] : [schema])
  return { ...conformed, object: await held<KubeObject>(conformed.object) }
}

/** Throws 422 unless `object` may be stored. @returns what upstream warns of */
export function judge(
  definition: ResourceDefinition,
  object: KubeObject,
  old: KubeObject | undefined,
  context: JudgedContext,
): Promise<readonly string[]> {
  const schema = definition.printAsGo === undefined ? definition.schema : undefined
  const { strategy } = definition
  return judgeAs(definition, { rules: rulesOf(definition), schema, strategy }, object, old, context)
}

/** Throws 422 unless the schema allows `object`. */
export async function judgeBySchema(
  definition: ResourceDefinition,
  object: KubeObject,
  context: JudgedContext,
): Promise<void> {
  await judgeAs(definition, { rules: undefined, schema: definition.schema, strategy: {} }, object, undefined, context)
}

async function judgeAs(
  definition: ResourceDefinition,
  judged: Judged,
  object: KubeObject,
  old: KubeObject | undefined,
  context: JudgedContext,
): Promise<readonly string[]> {
  const { group, names, storedForm } = definition
  const { rules, schema } = judged
  // Upstream's messages name the group that an object is kept in.
  const target = { group: storedForm?.definition.group ?? group, kind: names.kind }
  const name = (old ?? object).metadata.name ?? ''
  const isSlow = schema !== undefined && holdsRules(schema) && isOver(object, ON_THE_LOOP_WITH_RULES)
  if (!large.has(object) && !isSlow) {
    const passedOver: string[] = []
    const causes = causesOf(judged, object, old, context, passedOver)
    if (causes.length > 0) throw invalid(target, name, causes)
    return [...passedOver, ...warningsOf(judged, object, old, context)]
  }
  const own = ownFaults(definition, judged, object, old, context)
  const { cluster, subresource = '' } = context
  const given = { target, name, rules, schema: numberOf(schema), own, context: { cluster, subresource } }
  const sent = { ...given, object: await pieces(object), old: await piecesOf(old) }
  const { refused, warnings } = await aside('judge', sent, schema === undefined ? [] : [schema])
  if (refused === undefined)
    return typeof own === 'string' ? warnings : [...warnings, ...(judged.strategy.warn?.(object, old, context) ?? [])]
  const { buffer, byteOffset, byteLength } = refused.status
  const encoded = Buffer.from(buffer, byteOffset, byteLength)
  throw new EncodedStatusError(invalid(target, name, [refused.first]).status, encoded)
}

/** Those of a kind of Kubernetes are found by the thread, which knows it by that name. */
function ownFaults(
  { printAsGo, group, names }: ResourceDefinition,
  { strategy }: Judged,
  object: KubeObject,
  old: KubeObject | undefined,
  context: JudgedContext,
): readonly StatusCause[] | string {
  if (printAsGo !== undefined) return `${names.plural}.${group}`
  const own = old === undefined ? strategy.validate?.(object, context) : strategy.validateUpdate?.(object, old, context)
  return own ?? []
}

/** @param bytes of the patch, and of the row that it is for. */
export async function patchObject(
  kind: PatchKind,
  object: JsonObject,
  instructions: Json,
  bytes: { readonly patch: number; readonly row: number },
): Promise<PatchResult> {
  const isCheap = bytes.patch < SMALL_PATCH_BYTES || bytes.patch + bytes.row < PATCH_BYTES
  // A larger row is in pieces, which a patch would join.
  const isSmall = isCheap && bytes.row <= LARGE_ROW
  if (isSmall) return patcherOf(kind)(object, instructions)
  const given = { kind, object: await pieces(object), instructions: await pieces(instructions) }
  const patched = await aside('patch', given)
  return patched.ok ? { ok: true, value: await held<JsonObject>(patched.value) } : patched
}

async function piecesOf(object: KubeObject | undefined): Promise<Pieces | undefined> {
  return object === undefined ? undefined : pieces(object)
}
