import type { Access } from '../e2e/kubeconfig.ts'
/** What the load client is to do; see bench/load. */
export interface Job {
  operation: 'create' | 'get' | 'list' | 'watch'
  path: string
  concurrency: number
  count: number
  prefix?: string
  body?: string
  patch?: string
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
/** Puts one load on an API, from a process of its own. */
export declare function load(access: Access, job: Job): Promise<LoadResult>
