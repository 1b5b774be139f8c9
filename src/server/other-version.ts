/**
 * Upstream's decoder of custom resources takes a body for what it says it is: fields that the version named in it does not have
 * are told before the version turns out to be another one than the URL's (apiextensions-apiserver, unstructuredSchemaCoercer).
 */
import { formatApiVersion, parseApiVersion, parseStructuralSchema } from '../machinery/index.ts'
import { conformSubmitted, type FieldValidation } from './admission.ts'
import type { SubmittedObject } from './body.ts'
import type { ResourceContext } from './context.ts'

/** No version has any fields that nobody has defined. */
const NOTHING = parseStructuralSchema({ type: 'object' }, '')

/** @throws StatusError 400 where the client wants unknown fields refused */
export async function tellOtherVersion(
  { definition, cluster, parts, warnings }: ResourceContext,
  submitted: SubmittedObject,
  validation: FieldValidation,
): Promise<void> {
  const { apiVersion, kind } = submitted.object
  if (definition.builtIn || submitted.conformed || apiVersion === formatApiVersion(definition)) return
  const { group, version = '' } = parseApiVersion(apiVersion) ?? {}
  if (group !== definition.group || kind !== definition.names.kind) return
  const named = (await parts.definitionsOf(cluster)).findKind(group, version, kind)
  const schema = named?.schema ?? (NOTHING.ok ? NOTHING.value : undefined)
  conformSubmitted({ ...definition, version, schema }, submitted, validation, warnings)
}
