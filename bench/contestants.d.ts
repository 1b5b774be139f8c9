import type { ApiServer } from '../e2e/api-server.ts'
import { type Access } from '../e2e/kubeconfig.ts'
/** A program that is measured. */
export interface Contestant {
  readonly name: 'kubeApiserver' | 'keelson'
  start(): Promise<ApiServer>
  /** An API of its own in the running server, with nothing in it. */
  emptyApi(server: ApiServer): Promise<Access>
}
export declare const contestants: readonly Contestant[]
