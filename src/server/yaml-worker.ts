/** The thread that reads and prints large YAML: its library takes about a millisecond a kilobyte. */
import { parentPort } from 'node:worker_threads'
import { type Json, parseYaml, printYaml } from '../machinery/index.ts'
import type { YamlTask, YamlTaskResult } from './yaml-thread.ts'

function carryOut({ type, text }: YamlTask): string {
  if (type === 'print') return printYaml(JSON.parse(text) as Json)
  const parsed = parseYaml(text)
  if (!parsed.ok) throw new Error(parsed.error)
  return JSON.stringify(parsed.value)
}

parentPort?.on('message', (task: YamlTask) => {
  let result: YamlTaskResult
  try {
    result = { ok: true, text: carryOut(task) }
  } catch (error) {
    result = { ok: false, error: (error as Error).message }
  }
  parentPort?.postMessage(result)
})
