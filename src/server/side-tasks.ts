/** What the thread beside the event loop can do. Objects come and go as JSON text, schemas by number. */
import {
  applyJsonPatch,
  applyMergePatch,
  applyPatch,
  applyStrategicMergePatch,
  builtInType,
  type FieldManager,
  type FieldSet,
  type Json,
  type JsonObject,
  type KubeObject,
  managedAfterUpdate,
  parseYaml,
  patchSchemaOf,
  printYaml,
  type Result,
  type StatusCause,
  type StructuralSchema,
  typeOfSchema,
  validateValue,
  validateValueUpdate,
} from '../machinery/index.ts'

/** A FieldManager as data: of kinds whose versions differ in nothing but their name. */
export interface SentManager extends Omit<FieldManager, 'versions'> {
  /** By apiVersion, the type in it: that of a built-in kind, or the number of a schema; neither for one without a schema. */
  readonly types: ReadonlyMap<string, readonly [group: string, version: string, kind: string] | number | undefined>
  readonly ignored: FieldSet | undefined
}

export interface PatchKind {
  readonly type: 'json' | 'merge' | 'strategic'
  readonly group: string
  readonly version: string
  readonly kind: string
}

type Outcome = ReturnType<typeof applyPatch>
type Patched = ReturnType<typeof applyJsonPatch>
/** The object's text apart. */
type Texted<T extends { readonly type: string }> = Exclude<T, { type: 'applied' }> | { type: 'applied'; text: string }

export interface Tasks {
  readonly parseYaml: (text: string) => Result<string>
  readonly printYaml: (json: string) => string
  /** managedAfterUpdate */
  readonly manage: (given: { manager: SentManager; live: string | undefined; written: string }) => string | undefined
  /** applyPatch */
  readonly apply: (given: {
    manager: SentManager
    live: string | undefined
    config: string
    force: boolean
  }) => Texted<Outcome>
  /** validateValue, or with `old` validateValueUpdate */
  readonly validate: (given: {
    schema: number
    value: string
    old: string | undefined
    found: readonly StatusCause[]
  }) => StatusCause[]
  /** A patch of either kind; `ok` with the text of the object. */
  readonly patch: (given: {
    kind: PatchKind
    object: string
    instructions: string
  }) => { ok: true; text: string } | Exclude<Patched, { ok: true }>
}

export function createTasks(schemaOf: (number: number) => StructuralSchema): Tasks {
  function managerOf({ types, ignored, ...manager }: SentManager): FieldManager {
    return {
      ...manager,
      versions: {
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

  return {
    parseYaml: (text) => {
      const parsed = parseYaml(text)
      return parsed.ok ? { ok: true, value: JSON.stringify(parsed.value) } : parsed
    },
    printYaml: (json) => printYaml(JSON.parse(json) as Json),
    manage: ({ manager, live, written }) => {
      const managed = managedAfterUpdate(
        managerOf(manager),
        live === undefined ? undefined : objectOf(live),
        objectOf(written),
      )
      return managed === undefined ? undefined : JSON.stringify(managed)
    },
    apply: ({ manager, live, config, force }) => {
      const before = live === undefined ? undefined : objectOf(live)
      const outcome = applyPatch(managerOf(manager), before, objectOf(config), force)
      return outcome.type === 'applied' ? { type: 'applied', text: JSON.stringify(outcome.object) } : outcome
    },
    validate: ({ schema, value, old, found }) =>
      old === undefined
        ? validateValue(schemaOf(schema), JSON.parse(value), '', found)
        : validateValueUpdate(schemaOf(schema), JSON.parse(value), JSON.parse(old), '', found),
    patch: ({ kind, object, instructions }) => {
      const patched = patcherOf(kind)(JSON.parse(object) as JsonObject, JSON.parse(instructions) as Json)
      return patched.ok ? { ok: true, text: JSON.stringify(patched.value) } : patched
    },
  }
}

function objectOf(text: string): KubeObject {
  return JSON.parse(text) as KubeObject
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
