/** What a workspace costs. */
export interface WorkspaceCost {
  count: number
  createPerSecond: number
  createP99Milliseconds: number
  heapBytesPerWorkspace: number
  anonBytesPerWorkspace: number
  diskBytesPerWorkspace: number
  /** From the start on the full store to the first successful answer of `/readyz`. */
  restartMilliseconds: number
}
/** Creates `count` universal workspaces below root, sixteen at a time, and weighs them. */
export declare function benchWorkspaces(count: number, tell: (step: string) => void): Promise<WorkspaceCost>
