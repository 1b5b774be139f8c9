/** A conversation with a Node process over its inspector. */
export interface Inspector extends Disposable {
  /** Bytes in use in the heaps of the main thread and of every worker, after a full garbage collection. */
  heapUsed(): Promise<number>
}
/** Connects to the `ws://` address that Node prints when it is started with `--inspect`. */
export declare function connectInspector(address: string): Promise<Inspector>
