/** A running API server, whichever program it is. */
export interface ApiServer extends AsyncDisposable {
  /** Where the API is: `https://127.0.0.1:6443`, with the path of a workspace if it has one. */
  readonly url: string
  /** The path of a kubeconfig whose current context is an administrator of `url`. */
  readonly kubeconfig: string
  /** The processes it is made of. */
  readonly processes: readonly number[]
  /** From the start of the processes to the first successful answer of `/readyz`. */
  readonly startMilliseconds: number
  /** The folder that holds its data. */
  readonly data: string
  /** What its processes have written so far. */
  log(): string
}
