/** What a patch makes of an object, decoded as kube-apiserver does (apiserver/pkg/endpoints/handlers/patch.go). */
import {
  fieldInvalid,
  formatApiVersion,
  goMap,
  invalid,
  type Json,
  type JsonObject,
  type KubeObject,
  metadataTypeError,
  parseApiVersion,
  type StatusError,
  strictDecodingError,
} from '../../machinery/index.ts'
import type { FieldValidation } from '../admission.ts'
import { decodingFault, type ExpectedKind, expectedKind, expectedTypeMeta } from '../built-in-body.ts'
import type { ResourceContext } from '../context.ts'
import type { ResourceDefinition } from '../definition.ts'
import { conformedPatch, decodingFaultOf } from '../large-objects.ts'
import { checkIdentity, fillNullTexts } from '../metadata.ts'
import { patchedText } from './patched-text.ts'

export interface Patched {
  /** Decoded in place: pruned, and filled with defaults. */
  readonly value: JsonObject
  /** The same once more, for a refusal to show. */
  readonly again: () => Promise<JsonObject>
  /** What the patch was applied to. */
  readonly base: JsonObject
  /** Of a strategic merge patch: refusals show it, and not what it makes of the object. */
  readonly strategic: Json | undefined
  /** `duplicate field "spec.size"`: what is wrong with the patch's own text. */
  readonly faults: readonly string[]
}

/** @throws StatusError 422 that names the field `patch` and shows what came of it */
export async function decodePatched(
  { definition, info, warnings }: ResourceContext,
  patched: Patched,
  validation: FieldValidation,
): Promise<KubeObject> {
  const { value } = patched
  const refuse: Refuse = async (fault) => refused(await shown(definition, patched), fault)
  if (definition.builtIn) await decodeBuiltIn(definition, patched, refuse)
  else await decodeCustom(definition, patched, info.name, refuse)
  const submitted = value as unknown as KubeObject
  fillNullTexts(submitted)
  checkIdentity(definition, submitted, info.namespace, info.name)
  const { object, fault, faults: unknown } = await conformedPatch(definition, submitted, validation)
  if (fault !== undefined) throw await refuse(fault)
  const faults = [...patched.faults, ...unknown]
  if (faults.length > 0 && validation === 'Strict') throw await refuse(strictDecodingError(faults))
  if (validation === 'Warn') warnings.push(...faults)
  return object
}

/** The same for what a subresource shows, which is of a built-in kind. */
export async function decodePatchedAs(expected: ExpectedKind, patched: Patched): Promise<KubeObject> {
  const { value, again, base } = patched
  value.metadata ??= {}
  Object.assign(value, expectedTypeMeta(expected, value))
  const object = value as unknown as KubeObject
  const fault = decodingFault(expected, object)
  if (fault !== undefined) throw refused(patchedText(await again(), base), fault)
  return object
}

type Refuse = (fault: string) => Promise<StatusError>

async function decodeBuiltIn(
  definition: ResourceDefinition,
  { value, strategic }: Patched,
  refuse: Refuse,
): Promise<void> {
  const expected = expectedKind(definition, '')
  Object.assign(value, expectedTypeMeta(expected, value))
  value.metadata ??= {}
  const fault = await decodingFaultOf(expected, value as unknown as KubeObject)
  if (fault === undefined) return
  const restored = /cannot unmarshal (\w+) into .* of type (map|\[\])/.exec(fault)
  // A strategic merge patch goes through maps instead of JSON (apimachinery/pkg/runtime/converter.go).
  if (strategic === undefined || restored === null) throw await refuse(fault)
  throw await refuse(`cannot restore ${restored[2] === 'map' ? 'map' : 'slice'} from ${restored[1]}`)
}

async function decodeCustom(
  definition: ResourceDefinition,
  patched: Patched,
  name: string,
  refuse: Refuse,
): Promise<void> {
  const { value } = patched
  const { apiVersion, kind } = value
  if (typeof kind !== 'string' || kind === '') {
    throw await refuse(`Object 'Kind' is missing in '${await shown(definition, patched)}'`)
  }
  value.metadata ??= {}
  const wrong = metadataTypeError(value.metadata)
  if (wrong !== undefined) throw await refuse(wrong)
  const expected = formatApiVersion(definition)
  if (apiVersion === expected) return
  const given = typeof apiVersion === 'string' ? apiVersion : ''
  const { group = '' } = parseApiVersion(given) ?? {}
  throw invalid({ group, kind }, name, [fieldInvalid('apiVersion', given, `must be ${expected}`)])
}

async function shown({ builtIn }: ResourceDefinition, { again, base, strategic }: Patched): Promise<string> {
  return strategic === undefined ? patchedText(await again(), builtIn ? base : undefined) : goMap(strategic)
}

function refused(shown: string, fault: string): StatusError {
  return invalid({ group: '', kind: '' }, '', [fieldInvalid('patch', shown, fault)])
}
