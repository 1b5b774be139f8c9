/** JSON as it is written for who asked: for programs, for people, or as YAML. */
import type { ObjectForm } from './form.ts'
import { indented, yamlOfJson } from './yaml-thread.ts'

/** @param body one object in pieces; protobuf is left as it is */
export async function inText(
  body: readonly Buffer[],
  { encoding, pretty }: Pick<ObjectForm, 'encoding' | 'pretty'>,
): Promise<readonly Buffer[]> {
  if (encoding === 'protobuf' || (encoding === 'json' && !pretty)) return body
  const json = Buffer.concat(body).toString('utf8')
  return [Buffer.from(encoding === 'yaml' ? await yamlOfJson(json) : `${await indented(json)}\n`)]
}
