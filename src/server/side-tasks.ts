/** What the thread beside the event loop can do. Objects come and go in pieces, schemas by number. */
import { isDeepStrictEqual } from 'node:util'
import {
  applyJsonPatch,
  applyMergePatch,
  applyPatch,
  applyStrategicMergePatch,
  builtInType,
  type FieldManager,
  type FieldSet,
  invalid,
  type Json,
  type JsonObject,
  type KubeObject,
  linesOfError,
  managedAfterUpdate,
  parseApiVersion,
  patchSchemaOf,
  printYaml,
  type Result,
  type StatusCause,
  type StructuralSchema,
  typeOfSchema,
} from '../machinery/index.ts'
import type { Version } from '../storage/index.ts'
import type { FieldValidation } from './admission.ts'
import { type ConformedApply, conformApplied } from './applied-object.ts'
import { decodingFault, type ExpectedKind } from './built-in-body.ts'
import type { JudgedContext } from './definition.ts'
import { goPrinters } from './go-printers.ts'
import { causesOf, type Judged, warningsOf } from './judge.ts'
import { atOnce } from './loop-turns.ts'
import type { MetadataRules } from './metadata-faults.ts'
import { decodeInstructions } from './patch-instructions.ts'
import { cut, join, type Pieces, textOf } from './pieces.ts'
import { protobufOf } from './protobuf-answer.ts'
import { placed, type RowParts } from './row.ts'
import {
  type ConformedPatch,
  checkEmbedded,
  conformPatched,
  conformTo,
  decodeSubmitted,
  decodeYaml,
  type Form,
  type Sent,
} from './submitted.ts'
import { boundedWarnings } from './warnings.ts'

/** A FieldManager as data: of kinds whose versions differ in nothing but their name. */
export interface SentManager extends Omit<FieldManager, 'versions'> {
  /** By apiVersion, the type in it: that of a built-in kind, or the number of a schema; neither for one without a schema. */
  readonly types: ReadonlyMap<string, readonly [group: string, version: string, kind: string] | number | undefined>
  /** Of a custom resource. */
  readonly group: string | undefined
  readonly ignored: FieldSet | undefined
  readonly isConvertedElsewhere: boolean
}

type SentKind = SentForm & Pick<Sent, 'builtIn' | 'expected'>

/** What an object becomes one of. */
interface SentForm {
  readonly schema: number | undefined
  readonly validation: FieldValidation
}

export interface PatchKind {
  readonly type: 'json' | 'merge' | 'strategic'
  readonly group: string
  readonly version: string
  readonly kind: string
}

type Outcome = ReturnType<typeof applyPatch>
type Patched = ReturnType<typeof applyJsonPatch>

export interface Tasks {
  readonly parseYaml: (text: string) => Result<{ value: Pieces; duplicates: readonly string[] }>
  readonly printYaml: (json: string) => string
  readonly indent: (json: string) => string
  /** isDeepStrictEqual */
  readonly equal: (given: { one: Pieces; other: Pieces }) => boolean
  /** protobufOf a row's object. */
  readonly protobuf: (given: { json: Uint8Array; cluster: string; version: Version }) => Uint8Array
  /** JSON of the parts of a row. */
  readonly print: (given: RowParts<Pieces>) => RowParts<Uint8Array>
  /** A JSON text. */
  readonly read: (json: Uint8Array) => Pieces
  /** decodeSubmitted, and where `conform` says so what conformTo does; the faults are no more than the client will be told. */
  readonly submit: (given: { body: Uint8Array; sent: Sent; conform: SentForm | undefined }) => {
    object: Pieces
    faults: readonly string[]
  }
  /** managedAfterUpdate */
  readonly manage: (given: { manager: SentManager; live: Pieces | undefined; written: Pieces }) => Pieces | undefined
  /** decodeInstructions */
  readonly instructions: (given: { body: Uint8Array; type: string }) => {
    instructions: Pieces
    faults: readonly string[]
  }
  /** decodingFault */
  readonly decodes: (given: { expected: ExpectedKind; object: Pieces }) => string | undefined
  /** conformPatched; the faults are no more than the client will be told. */
  readonly conform: (given: { object: Pieces; conform: SentKind }) => ConformedPatch & { object: Pieces }
  /** applyPatch and conformApplied; the faults are no more than the client will be told. */
  readonly apply: (given: {
    manager: SentManager
    live: Pieces | undefined
    config: Pieces
    force: boolean
    conform: SentKind
  }) => Exclude<Outcome, { type: 'applied' }> | ({ type: 'applied'; object: Pieces } & ConformedApply)
  /** causesOf and warningsOf; causes as JSON of the Status that tells them, the first besides. */
  readonly judge: (given: {
    target: Parameters<typeof invalid>[0]
    name: string
    rules: MetadataRules | undefined
    schema: number | undefined
    /** What its kind has found, or the built-in resource whose strategy finds it here. */
    own: readonly StatusCause[] | string
    object: Pieces
    old: Pieces | undefined
    context: JudgedContext
  }) => { refused: { first: StatusCause; status: Uint8Array } | undefined; warnings: readonly string[] }
  /** A patch of either kind. */
  readonly patch: (given: {
    kind: PatchKind
    object: Pieces
    instructions: Pieces
  }) => { ok: true; value: Pieces } | Exclude<Patched, { ok: true }>
}

/** @param strategyOf by a name like `configmaps.` or `roles.rbac.authorization.k8s.io`, of a built-in resource */
export function createTasks(
  schemaOf: (number: number) => StructuralSchema,
  strategyOf: (resource: string) => Judged['strategy'],
): Tasks {
  function managerOf({ types, group, ignored, isConvertedElsewhere, ...manager }: SentManager): FieldManager {
    return {
      ...manager,
      versions: {
        isConvertedElsewhere,
        isForeign: (apiVersion) => isOfAnotherGroup(apiVersion, group),
        typeAt: (apiVersion) => {
          if (!types.has(apiVersion)) return undefined
          const type = types.get(apiVersion)
          if (typeof type === 'object') return builtInType(...type)
          return typeOfSchema(type === undefined ? undefined : schemaOf(type))
        },
        convert: (object, _, to) => (types.has(to) ? { ...(object as JsonObject), apiVersion: to } : object),
        ignoredAt: () => ignored,
      },
    }
  }

  function formOf({ schema }: SentForm, { builtIn, expected }: Pick<Sent, 'builtIn' | 'expected'>): Form {
    const parsed = schema === undefined ? undefined : schemaOf(schema)
    return { schema: parsed, builtIn, ...(builtIn && goPrinters(expected)) }
  }

  return {
    parseYaml: (text) => {
      const parsed = decodeYaml(text)
      if (!parsed.ok) return parsed
      const { value, duplicates } = parsed.value
      return { ok: true, value: { value: cutAtOnce(value), duplicates } }
    },
    printYaml: (json) => printYaml(JSON.parse(json) as Json),
    indent: (json) => JSON.stringify(JSON.parse(json), null, 2),
    equal: ({ one, other }) => isDeepStrictEqual(joinAtOnce<Json>(one), joinAtOnce<Json>(other)),
    protobuf: ({ json, cluster, version }) => {
      const object = JSON.parse(bufferOf(json).toString('utf8')) as KubeObject
      return new Uint8Array(protobufOf(placed(object, cluster, version) as unknown as Json))
    },
    print: ({ annotations, meta, rest, header }) => ({
      annotations: bytesOf(annotations),
      meta: bytesOf(meta),
      rest: bytesOf(rest),
      header: bytesOf(header),
    }),
    read: (json) => cutAtOnce(JSON.parse(bufferOf(json).toString('utf8'))),
    submit: ({ body, sent, conform }) => {
      const { object, faults } = decodeSubmitted(bufferOf(body), sent)
      if (conform === undefined) return { object: cutAtOnce(object), faults }
      const form = formOf(conform, sent)
      checkEmbedded(form, object)
      const all = [...faults, ...conformTo(form, object)]
      return { object: cutAtOnce(object), faults: toTell(all, conform.validation) }
    },
    manage: ({ manager, live, written }) => {
      const managed = managedAfterUpdate(
        managerOf(manager),
        live === undefined ? undefined : joinAtOnce(live),
        joinAtOnce(written),
      )
      return managed === undefined ? undefined : cutAtOnce(managed)
    },
    instructions: ({ body, type }) => {
      const { instructions, faults } = decodeInstructions(bufferOf(body), type)
      return { instructions: cutAtOnce(instructions), faults }
    },
    decodes: ({ expected, object }) => decodingFault(expected, joinAtOnce<KubeObject>(object)),
    conform: ({ object: sent, conform }) => {
      const object = joinAtOnce<KubeObject>(sent)
      const { fault, faults } = conformPatched(formOf(conform, conform), object)
      return { object: cutAtOnce(object), fault, faults: toTell(faults, conform.validation) }
    },
    apply: ({ manager, live, config, force, conform }) => {
      const before = live === undefined ? undefined : joinAtOnce<KubeObject>(live)
      const outcome = applyPatch(managerOf(manager), before, joinAtOnce(config), force)
      if (outcome.type !== 'applied') return outcome
      const { object } = outcome
      const { faults, restored } = conformApplied(formOf(conform, conform), object)
      return { type: 'applied', object: cutAtOnce(object), faults: toTell(faults, conform.validation), restored }
    },
    judge: ({ target, name, rules, schema, own, object, old, context }) => {
      const strategy = typeof own === 'string' ? strategyOf(own) : { validate: () => own, validateUpdate: () => own }
      const judged = { rules, schema: schema === undefined ? undefined : schemaOf(schema), strategy }
      const value = joinAtOnce<KubeObject>(object)
      const before = old === undefined ? undefined : joinAtOnce<KubeObject>(old)
      const passedOver: string[] = []
      const causes = causesOf(judged, value, before, context, passedOver)
      const [first] = causes
      if (first === undefined) {
        return {
          refused: undefined,
          warnings: boundedWarnings([...passedOver, ...warningsOf(judged, value, before, context)]),
        }
      }
      const status = new TextEncoder().encode(JSON.stringify(invalid(target, name, causes).status))
      return { refused: { first, status }, warnings: [] }
    },
    patch: ({ kind, object, instructions }) => {
      const patched = patcherOf(kind)(joinAtOnce<JsonObject>(object), joinAtOnce(instructions))
      return patched.ok ? { ok: true, value: cutAtOnce(patched.value) } : patched
    },
  }
}

/** @param group of a custom resource; a built-in kind may be known in several */
export function isOfAnotherGroup(apiVersion: string, group: string | undefined): boolean {
  return group !== undefined && parseApiVersion(apiVersion)?.group !== group
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function bytesOf(pieces: Pieces): Uint8Array {
  return new TextEncoder().encode(textOf(pieces))
}

function cutAtOnce(value: unknown): Pieces {
  return atOnce(cut(value))
}

function joinAtOnce<T extends Json | KubeObject>(pieces: Pieces): T {
  return atOnce(join(pieces)) as T
}

/** Texts can be as many as a body has fields. */
function toTell(faults: readonly string[], validation: FieldValidation): string[] {
  if (validation === 'Ignore' || faults.length === 0) return []
  return validation === 'Strict' ? [faults.join(', ')] : boundedWarnings(faults.flatMap(linesOfError))
}

/** How an object is patched. */
export function patcherOf({
  type,
  group,
  version,
  kind,
}: PatchKind): (object: JsonObject, instructions: Json) => Patched {
  if (type === 'json') return applyJsonPatch
  const schema = type === 'strategic' ? patchSchemaOf(group, version, kind) : undefined
  if (schema === undefined) return applyMergePatch
  return (object, instructions) => applyStrategicMergePatch(object, instructions, schema)
}
