/** The thread that does what would hold up the event loop. */
import { parentPort } from 'node:worker_threads'
import { StatusError } from '../machinery/index.ts'
import { createTasks, type Tasks } from './side-tasks.ts'
import type { SideResult, SideTask } from './side-thread.ts'

const schemas = new Map<number, SideTask['learn'][number][1]>()
const tasks = createTasks((number) => {
  const schema = schemas.get(number)
  if (schema === undefined) throw new Error(`the thread has no schema ${number}`)
  return schema
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
  parentPort?.postMessage(result)
})
