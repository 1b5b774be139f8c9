/**
 * Docker's Engine API over its socket, as far as it is needed here. Of the libraries `dockerode` brings eleven packages, among
 * them two of its own for what `node:http` does with `socketPath`; what is left of it is this file.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { providerUnreachable } from '../../provider-error.ts'

export interface DockerRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below the root: `/containers/json`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** A Buffer is sent as a tar archive; everything else as JSON. */
  readonly body?: unknown
  readonly signal: AbortSignal
  /** Milliseconds in which the answer has to begin. */
  readonly patience?: number
}

/** An answer whose body is still to come. It fails with `unreachable` where it is cut. */
export interface DockerAnswer {
  readonly status: number
  readonly body: AsyncIterable<Buffer>
}

export interface Docker {
  /** What messages call it. */
  readonly name: string
  /** Answers whatever the status; fails with a ProviderError `unreachable` where there is no answer. */
  readonly send: (request: DockerRequest) => Promise<DockerAnswer>
}

/** Docker has understood and refuses. */
export class DockerError extends Error {
  override readonly name = 'DockerError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export function isDockerError(error: unknown, status?: number): error is DockerError {
  return error instanceof DockerError && (status === undefined || error.status === status)
}

const PATIENCE = 60_000

/** `usual`: the patience of requests that say nothing of it. */
export function connectDocker(socketPath: string, usual = PATIENCE): Docker {
  const name = `Docker at ${socketPath}`
  return {
    name,
    async send({ method, path, query = {}, body, signal, patience = usual }) {
      signal.throwIfAborted()
      const search = new URLSearchParams(query).toString()
      const payload = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body))
      const late = new AbortController()
      const timer = setTimeout(() => late.abort(new Error(`no answer in ${patience / 1000} s`)), patience)
      const within = AbortSignal.any([signal, late.signal])
      const failed = (error: unknown): never => {
        signal.throwIfAborted()
        throw providerUnreachable(name, messageFor(late.signal.aborted ? late.signal.reason : error), error)
      }
      try {
        const answer = await new Promise<IncomingMessage>((resolve, reject) => {
          const outgoing = httpRequest({
            socketPath,
            method,
            path: `${path}${search === '' ? '' : `?${search}`}`,
            headers: {
              Host: 'docker',
              ...(payload !== undefined && {
                'Content-Type': Buffer.isBuffer(body) ? 'application/x-tar' : 'application/json',
                'Content-Length': payload.length,
              }),
            },
            agent: false,
            signal: within,
          })
          outgoing.once('response', resolve)
          outgoing.once('error', reject)
          outgoing.end(payload)
        })
        return { status: answer.statusCode ?? 0, body: bodyOf(answer, failed) }
      } catch (error) {
        return failed(error)
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

async function* bodyOf(answer: IncomingMessage, failed: (error: unknown) => never): AsyncIterable<Buffer> {
  try {
    for await (const chunk of answer) yield chunk as Buffer
  } catch (error) {
    failed(error)
  }
  if (!answer.complete) failed(new Error('the answer was cut off'))
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket; is it running?',
  ECONNREFUSED: 'nobody listens there; is it running?',
  EACCES: 'permission denied; may this user use Docker?',
  ECONNRESET: 'the connection was cut',
}

function messageFor(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  return REASONS[code] ?? message
}

/** The body of a successful answer; throws a DockerError for any other. */
export async function bytesOf(docker: Docker, request: DockerRequest): Promise<Buffer> {
  const { status, body } = await docker.send(request)
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  if (status >= 200 && status < 400) return bytes
  throw new DockerError(status, refusalIn(bytes.toString()))
}

export async function jsonOf<T>(docker: Docker, request: DockerRequest): Promise<T> {
  const text = (await bytesOf(docker, request)).toString()
  try {
    return (text === '' ? undefined : JSON.parse(text)) as T
  } catch (error) {
    throw providerUnreachable(docker.name, `its answer to ${request.path} makes no sense`, error)
  }
}

/** What is gone is as good as never asked for. */
export async function orMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  return promise.catch((error: unknown) => {
    if (isDockerError(error, 404)) return undefined
    throw error
  })
}

export function refusalIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    if (typeof message === 'string') return message.trim()
  } catch {
    // A proxy before it speaks HTML.
  }
  return text.trim().slice(0, 200) || 'it gave no reason'
}
