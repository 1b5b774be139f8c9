/** The body of an apply: an object that says what its manager wants, in YAML. */
import { badRequest, formatApiVersion, type KubeObject, parseApiVersion } from '../../machinery/index.ts'
import { asKubeObject, readYaml } from '../body.ts'
import type { ExpectedKind } from '../built-in-body.ts'

export async function readConfiguration(body: Buffer, expected: ExpectedKind): Promise<KubeObject> {
  const config = await readYaml(body)
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
  return asKubeObject(config ?? {})
}
