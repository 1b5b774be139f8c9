/** The thread that does what would hold up the event loop. */
import { parentPort } from 'node:worker_threads'
import { StatusError } from '../machinery/index.ts'
import { storedDefinitions } from './builtins/definitions.ts'
import { createTasks, type Tasks } from './side-tasks.ts'
import { bytesIn, type SideResult, type SideTask } from './side-thread.ts'

const schemas = new Map<number, SideTask['learn'][number][1]>()
const strategies = new Map(
  storedDefinitions.map(({ names, group, strategy }) => [`${names.plural}.${group}`, strategy]),
)
const schemaOf = (number: number) => {
  const schema = schemas.get(number)
  if (schema === undefined) throw new Error(`the thread has no schema ${number}`)
  return schema
}
const tasks = createTasks(schemaOf, (resource) => {
  const strategy = strategies.get(resource)
  if (strategy === undefined) throw new Error(`the thread does not know ${resource}`)
  return strategy
})

parentPort?.on('message', ({ name, given, learn, forget }: SideTask) => {
  let result: SideResult
  try {
    if (forget) schemas.clear()
    for (const [number, schema] of learn) schemas.set(number, schema)
    result = { ok: true, value: (tasks[name] as (given: unknown) => ReturnType<Tasks[typeof name]>)(given) }
  } catch (error) {
    const { message } = error as Error
    result = { ok: false, error: message, ...(error instanceof StatusError && { status: error.status }) }
  }
  parentPort?.postMessage(result, result.ok ? bytesIn(result.value) : [])
})
