/** Bytes of memory, as Linux counts them. */
export interface Memory {
  resident: number
  /** Resident, with each page that processes share divided among them. */
  proportional: number
  /** What no file is behind: heaps and stacks. */
  anonymous: number
}
/** The memory of some processes together. */
export declare function memoryOf(processes: readonly number[]): Promise<Memory>
