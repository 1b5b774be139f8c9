import { type ApiResponse, type KubeObject, StatusError } from '../machinery/index.ts'
import { failureOf, isStatusFailure } from './answer.ts'

export interface WatchEvent<T extends KubeObject = KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  readonly object: T
}

/** The events of a watch's answer, one JSON text a line. An ERROR event ends it with a StatusError: 410 says that the
 *  resourceVersion to start from is too old and that the caller lists anew. */
export async function* watchEvents<T extends KubeObject>(body: ApiResponse['body']): AsyncGenerator<WatchEvent<T>> {
  for await (const line of lines(body)) {
    const event = JSON.parse(line) as { type: WatchEvent<T>['type'] | 'ERROR'; object: T }
    if (event.type === 'ERROR') {
      if (isStatusFailure(event.object)) throw new StatusError(event.object)
      throw failureOf(500, line)
    }
    yield { type: event.type, object: event.object }
  }
}

const NEWLINE = 0x0a

/** A line that a broken connection cut short is dropped: its event comes again when the watch is resumed. */
async function* lines(body: ApiResponse['body']): AsyncGenerator<string> {
  let rest: Buffer[] = []
  for await (const piece of body) {
    let from = 0
    for (let end = piece.indexOf(NEWLINE); end !== -1; end = piece.indexOf(NEWLINE, from)) {
      const last = piece.subarray(from, end)
      const line = rest.length === 0 ? last.toString() : Buffer.concat([...rest, last]).toString()
      rest = []
      from = end + 1
      if (line.trim() !== '') yield line
    }
    if (from < piece.length) rest.push(piece.subarray(from))
  }
}
