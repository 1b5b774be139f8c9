import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { Access } from '../e2e/kubeconfig.ts'
import { toolPath } from '../e2e/tools/build.ts'

/** What the load client is to do; see bench/load. In what is created, and where, NAME stands for the prefix and a number. */
export interface Job {
  operation: 'create' | 'get' | 'list' | 'mixed' | 'watch'
  path: string
  concurrency: number
  count: number
  prefix?: string
  /** In the path NAME stands for the number divided by this: so many go to each place. */
  each?: number
  body?: string
  patch?: string
  /** For `mixed`: how many objects there are, and how their names begin. */
  existing?: number
  existingPrefix?: string
  createPath?: string
}

/** What it saw; times in milliseconds. */
export interface LoadResult {
  count: number
  seconds: number
  perSecond: number
  p50: number
  p99: number
  max: number
  bytes: number
}

/** Puts one load on an API, from a process of its own; `until` ends it before its count. */
export async function load(access: Access, job: Job, until?: Promise<unknown>): Promise<LoadResult> {
  const { url, ca, credential } = access
  const child = spawn(await toolPath('bench-load'), { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.write(JSON.stringify({ server: url, ca, ...credential, ...job, untilInputEnds: until !== undefined }))
  const end = () => child.stdin.end()
  if (until === undefined) end()
  else until.then(end, end)
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  if (code !== 0) throw new Error(`the load ${job.operation} ${url}${job.path} ended with ${code}`)
  return JSON.parse(output)
}
