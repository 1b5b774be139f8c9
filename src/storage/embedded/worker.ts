/** The entry of the store's threads: the writer, and the one that does its checkpoints. */
import { parentPort, workerData } from 'node:worker_threads'
import { startCheckpointer } from './checkpoints.ts'
import type { WorkerInput } from './wire.ts'
import { serveWrites } from './writer-loop.ts'

const input = workerData as WorkerInput
if (parentPort !== null) {
  if (input.role === 'checkpointer') startCheckpointer(input, parentPort)
  else serveWrites(input, parentPort, import.meta.url)
}
