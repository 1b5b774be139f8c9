/** YAML, which takes its library about a millisecond a kilobyte, and JSON for people: what is large is handled beside the event loop. */
import { type Json, printYaml, type Result, type YamlValue } from '../machinery/index.ts'
import { inTurns } from './loop-turns.ts'
import { join } from './pieces.ts'
import { aside } from './side-thread.ts'
import { decodeYaml } from './submitted.ts'

const ON_THE_LOOP = 8 * 1024
const INDENTED_ON_THE_LOOP = 128 * 1024

/** Reads one document, in JSON or in YAML; see parseYamlValue. */
export async function readYamlText(body: Buffer): Promise<Result<YamlValue>> {
  const text = body.toString('utf8')
  if (text.length <= ON_THE_LOOP) return decodeYaml(text)
  const result = await aside('parseYaml', text)
  if (!result.ok) return result
  const { value, duplicates } = result.value
  return { ok: true, value: { value: (await inTurns(join(value))) as Json, duplicates } }
}

/** @param json the text of an object. */
export async function yamlOfJson(json: string): Promise<string> {
  return json.length <= ON_THE_LOOP ? printYaml(JSON.parse(json) as Json) : aside('printYaml', json)
}

/** JSON for people, from that for programs. */
export async function indented(json: string): Promise<string> {
  return json.length <= INDENTED_ON_THE_LOOP ? JSON.stringify(JSON.parse(json), null, 2) : aside('indent', json)
}
