/** The body of an apply: an object that says what its manager wants, in YAML. */
import { badRequest, formatApiVersion, type KubeObject, parseApiVersion } from '../../machinery/index.ts'
import { asKubeObject } from '../body.ts'
import type { ExpectedKind } from '../built-in-body.ts'
import { readYamlText } from '../yaml-thread.ts'

export interface Configuration {
  readonly object: KubeObject
  /** `line 7: key "a" already set in map` */
  readonly duplicates: readonly string[]
}

export async function readConfiguration(body: Buffer, expected: ExpectedKind): Promise<Configuration> {
  const parsed = await readYamlText(body)
  if (!parsed.ok) throw badRequest(`error decoding YAML: error converting YAML to JSON: ${parsed.error}`)
  const { value: config, duplicates } = parsed.value
  if (typeof config !== 'object' || Array.isArray(config)) {
    const found = Array.isArray(config) ? 'array' : typeof config === 'boolean' ? 'bool' : typeof config
    throw badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${found} into Go value of type map[string]interface {}`,
    )
  }
  const { apiVersion, kind } = config ?? {}
  if (apiVersion !== formatApiVersion(expected) || kind !== expected.kind) {
    const { group = '', version = '' } =
      (typeof apiVersion === 'string' ? parseApiVersion(apiVersion) : undefined) ?? {}
    throw badRequest(`invalid object type: ${group}/${version}, Kind=${typeof kind === 'string' ? kind : ''}`)
  }
  return { object: asKubeObject(config ?? {}), duplicates }
}
