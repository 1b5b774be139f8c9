/** A conversation with a Node process over its inspector. */
export interface Inspector extends Disposable {
  /** Bytes in use in the heaps of the main thread and of every worker, after a full garbage collection. */
  heapUsed(): Promise<number>
  /** What an expression is in the main thread: a number. */
  evaluate(expression: string): Promise<number>
}

interface Message {
  id?: number
  method?: string
  result?: unknown
  error?: { message: string }
  params?: unknown
}

/** Connects to the `ws://` address that Node prints when it is started with `--inspect`. */
export async function connectInspector(address: string): Promise<Inspector> {
  const socket = new WebSocket(address)
  const { promise: open, resolve, reject } = Promise.withResolvers<void>()
  socket.addEventListener('open', () => resolve())
  socket.addEventListener('error', () => reject(new Error(`cannot connect to the inspector at ${address}`)))
  await open

  const workers = new Map<string, Session>()
  const main = session((text) => socket.send(text))
  socket.addEventListener('message', ({ data }) => {
    const message: Message = JSON.parse(String(data))
    const params = (message.params ?? {}) as { sessionId: string; message: string }
    if (message.method === 'NodeWorker.attachedToWorker') {
      const { sessionId } = params
      workers.set(
        sessionId,
        session((text) => void main.call('NodeWorker.sendMessageToWorker', { sessionId, message: text })),
      )
    } else if (message.method === 'NodeWorker.detachedFromWorker') workers.delete(params.sessionId)
    else if (message.method === 'NodeWorker.receivedMessageFromWorker') {
      workers.get(params.sessionId)?.receive(JSON.parse(params.message))
    } else main.receive(message)
  })
  await main.call('NodeWorker.enable', { waitForDebuggerOnStart: false })

  return {
    async heapUsed() {
      let total = 0
      for (const { call } of [main, ...workers.values()]) {
        // Twice, because finalizers that ran after the first make more garbage.
        await call('HeapProfiler.collectGarbage')
        await call('HeapProfiler.collectGarbage')
        total += ((await call('Runtime.getHeapUsage')) as { usedSize: number }).usedSize
      }
      return total
    },
    async evaluate(expression) {
      const { result } = (await main.call('Runtime.evaluate', { expression })) as { result: { value: number } }
      return result.value
    },
    [Symbol.dispose]: () => socket.close(),
  }
}

interface Session {
  call(method: string, params?: object): Promise<unknown>
  receive(message: Message): void
}

function session(send: (text: string) => void): Session {
  let last = 0
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  return {
    call(method, params = {}) {
      const answer = Promise.withResolvers<unknown>()
      waiting.set(++last, answer)
      send(JSON.stringify({ id: last, method, params }))
      return answer.promise
    },
    receive({ id, result, error }) {
      const answer = id === undefined ? undefined : waiting.get(id)
      if (id === undefined || answer === undefined) return
      waiting.delete(id)
      if (error) answer.reject(new Error(error.message))
      else answer.resolve(result)
    },
  }
}
