/** The steps of a write whose time grows with the object: where the object is large they are done beside the event loop. */
import { setImmediate } from 'node:timers/promises'
import {
  applyPatch,
  type FieldManager,
  holdsRules,
  type Json,
  type JsonObject,
  type KubeObject,
  managedAfterUpdate,
  type PatchResult,
  type StatusCause,
  type StructuralSchema,
  validateValue,
  validateValueUpdate,
} from '../machinery/index.ts'
import { type PatchKind, patcherOf, type SentManager } from './side-tasks.ts'
import { aside, schemaNumber } from './side-thread.ts'

/** Values of which a step takes some milliseconds. */
const ON_THE_LOOP = 2000
/** A rule may look at each value for each other one. */
const ON_THE_LOOP_WITH_RULES = 300
/** Characters that weigh as much as a value. */
const TEXT = 4096
const LARGE_BODY = 64 * 1024
/** Of a patch, or of the rows and bodies that it is about. */
const PATCH_BYTES = 64 * 1024
const SMALL_PATCH_BYTES = 4 * 1024

/** How much is left of a budget of values; negative when the value has more, which is all that is looked at then. */
function spend(value: unknown, budget: number): number {
  if (typeof value === 'string') return budget - 1 - Math.floor(value.length / TEXT)
  if (typeof value !== 'object' || value === null) return budget - 1
  let left = budget - 1
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && left >= 0; index++) left = spend(value[index], left)
    return left
  }
  for (const key in value) {
    left = spend((value as JsonObject)[key], left)
    if (left < 0) break
  }
  return left
}

const large = new WeakSet<object>()

/** Notes whether the steps of a write that turns `old` into `object` go to the thread; looked at once for all of them. */
export function weigh(object: KubeObject, old: KubeObject | undefined): void {
  if (spend(object, ON_THE_LOOP) < 0 || (old !== undefined && spend(old, ON_THE_LOOP) < 0)) large.add(object)
}

/** Lets others have the loop before the next step with a large object. */
export async function breathe(object: KubeObject): Promise<void> {
  if (large.has(object)) await setImmediate()
}

/** As breathe, after a body has been read. */
export async function breatheAfter(bytes: number): Promise<void> {
  if (bytes > LARGE_BODY) await setImmediate()
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
  const given = { manager: sent, live: textOf(live), written: JSON.stringify(written) }
  const text = await aside('manage', given, schemas)
  return text === undefined ? undefined : (JSON.parse(text) as JsonObject[])
}

/** applyPatch */
export async function applied(
  manager: SendableManager,
  live: KubeObject | undefined,
  config: KubeObject,
  force: boolean,
): Promise<ReturnType<typeof applyPatch>> {
  weigh(config, live)
  if (manager.sent === undefined || !large.has(config)) return applyPatch(manager, live, config, force)
  const { manager: sent, schemas } = manager.sent()
  const given = { manager: sent, live: textOf(live), config: JSON.stringify(config), force }
  const outcome = await aside('apply', given, schemas)
  return outcome.type === 'applied' ? { type: 'applied', object: JSON.parse(outcome.text) as KubeObject } : outcome
}

/** validateValue; with `old`, validateValueUpdate. */
export async function validateObject(
  schema: StructuralSchema,
  object: KubeObject,
  old: KubeObject | undefined,
  found: readonly StatusCause[],
): Promise<StatusCause[]> {
  if (!large.has(object) && (!holdsRules(schema) || spend(object, ON_THE_LOOP_WITH_RULES) >= 0)) {
    return old === undefined
      ? validateValue(schema, object, '', found)
      : validateValueUpdate(schema, object, old, '', found)
  }
  const given = { schema: schemaNumber(schema), value: JSON.stringify(object), old: textOf(old), found }
  return aside('validate', given, [schema])
}

/** @param bytes of the patch, and of the row that it is for. */
export async function patchObject(
  kind: PatchKind,
  object: JsonObject,
  instructions: Json,
  bytes: { readonly patch: number; readonly row: number },
): Promise<PatchResult> {
  const isSmall = bytes.patch < SMALL_PATCH_BYTES || bytes.patch + bytes.row < PATCH_BYTES
  if (isSmall) return patcherOf(kind)(object, instructions)
  const given = { kind, object: JSON.stringify(object), instructions: JSON.stringify(instructions) }
  const patched = await aside('patch', given)
  return patched.ok ? { ok: true, value: JSON.parse(patched.text) as JsonObject } : patched
}

function textOf(object: KubeObject | undefined): string | undefined {
  return object === undefined ? undefined : JSON.stringify(object)
}
