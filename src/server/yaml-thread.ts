/** YAML, which takes its library about a millisecond a kilobyte: what is large is read and printed beside the event loop. */
import { type Json, parseYaml, printYaml, type Result } from '../machinery/index.ts'
import { aside } from './side-thread.ts'

const ON_THE_LOOP = 8 * 1024

/** Reads one document; see parseYaml. */
export async function readYamlText(text: string): Promise<Result<Json>> {
  if (text.length <= ON_THE_LOOP) return parseYaml(text)
  const result = await aside('parseYaml', text)
  return result.ok ? { ok: true, value: JSON.parse(result.value) as Json } : result
}

/** @param json the text of an object. */
export async function yamlOfJson(json: string): Promise<string> {
  return json.length <= ON_THE_LOOP ? printYaml(JSON.parse(json) as Json) : aside('printYaml', json)
}
