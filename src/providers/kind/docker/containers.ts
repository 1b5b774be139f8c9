/** Containers and what is in them: POST, GET and DELETE below `/containers` and `/exec`. */
import { providerUnreachable } from '../../provider-error.ts'
import { bytesOf, type Docker, DockerError, isDockerError, jsonOf, orMissing, refusalIn } from './docker.ts'
import { firstFileOf } from './tar.ts'

/** One of `GET /containers/json`. */
export interface ContainerSummary {
  readonly Id: string
  /** With a slash before each. */
  readonly Names?: readonly string[] | null
  /** The image as it was asked for. */
  readonly Image: string
  readonly State: 'created' | 'running' | 'paused' | 'restarting' | 'exited' | 'removing' | 'dead'
  /** `Exited (137) 2 minutes ago` */
  readonly Status: string
  readonly Labels?: Readonly<Record<string, string>> | null
  readonly Mounts?: readonly { readonly Destination: string }[] | null
  readonly Ports?:
    | readonly { readonly IP?: string; readonly PrivatePort: number; readonly PublicPort?: number }[]
    | null
}

/** What is read of `GET /containers/{id}/json`. */
export interface ContainerDetails {
  readonly Id: string
  readonly Name: string
  readonly State: { readonly Status: string; readonly StartedAt: string; readonly ExitCode: number }
  readonly Config: {
    readonly Hostname: string
    readonly Image: string
    readonly Env?: readonly string[] | null
    readonly Labels?: Readonly<Record<string, string>> | null
  }
  readonly HostConfig: Readonly<Record<string, unknown>> & {
    readonly Binds?: readonly string[] | null
    readonly PortBindings?: Readonly<
      Record<string, readonly { readonly HostIp?: string; readonly HostPort?: string }[] | null>
    > | null
  }
  readonly NetworkSettings: {
    readonly Networks?: Readonly<Record<string, { readonly IPAddress?: string }>> | null
  }
}

export async function listContainers(
  docker: Docker,
  label: string,
  signal: AbortSignal,
): Promise<readonly ContainerSummary[]> {
  const query = { all: '1', filters: JSON.stringify({ label: [label] }) }
  return asked(docker, () =>
    jsonOf<readonly ContainerSummary[]>(docker, { method: 'GET', path: '/containers/json', query, signal }),
  )
}

/** Undefined where it is gone. */
export async function inspectContainer(
  docker: Docker,
  id: string,
  signal: AbortSignal,
): Promise<ContainerDetails | undefined> {
  return asked(docker, () => orMissing(jsonOf(docker, { method: 'GET', path: `/containers/${id}/json`, signal })))
}

/** Undefined where the container or the file is not there. It may be stopped. */
export async function readFile(
  docker: Docker,
  { id, path }: { readonly id: string; readonly path: string },
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const request = { method: 'GET', path: `/containers/${id}/archive`, query: { path }, signal } as const
  const archive = await asked(docker, async () => {
    try {
      return await orMissing(bytesOf(docker, request))
    } catch (error) {
      if (isDockerError(error) && (await isLeaving(docker, id, signal))) return undefined
      throw error
    }
  })
  return archive === undefined ? undefined : firstFileOf(archive)
}

/** While Docker removes a container, its files go before it does, and what is asked of them is answered with 500. */
async function isLeaving(docker: Docker, id: string, signal: AbortSignal): Promise<boolean> {
  const details = await inspectContainer(docker, id, signal)
  return details === undefined || ['removing', 'dead'].includes(details.State.Status)
}

/** Starting what runs already is a success (304). */
export async function startContainer(docker: Docker, id: string, signal: AbortSignal): Promise<void> {
  await bytesOf(docker, { method: 'POST', path: `/containers/${id}/start`, signal })
}

/** With its anonymous volumes. Returns once it is asked for; another may be at it already. */
export async function removeContainer(docker: Docker, id: string, signal: AbortSignal): Promise<void> {
  const query = { force: '1', v: '1' }
  try {
    await bytesOf(docker, { method: 'DELETE', path: `/containers/${id}`, query, signal, patience: REMOVAL })
  } catch (error) {
    // "removal of container … is already in progress"
    if (!isDockerError(error, 404) && !isDockerError(error, 409)) throw error
  }
}

/** A node with many volumes takes its time. */
const REMOVAL = 180_000

/** Its last lines. A node has a terminal, so that the answer is its output as it is. */
export async function logTailOf(docker: Docker, id: string, signal: AbortSignal): Promise<string[]> {
  const query = { stdout: '1', stderr: '1', tail: '20' }
  const log = await orMissing(bytesOf(docker, { method: 'GET', path: `/containers/${id}/logs`, query, signal }))
  return (log?.toString() ?? '').split(/\r?\n/).filter((line) => line.trim() !== '')
}

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program in a container. `patience` in milliseconds is for all of it. */
export async function runInside(
  docker: Docker,
  { id, command, patience = 60_000 }: { id: string; command: readonly string[]; patience?: number },
  signal: AbortSignal,
): Promise<Ran> {
  const late = AbortSignal.timeout(patience)
  const within = AbortSignal.any([signal, late])
  try {
    const body = { AttachStdout: true, AttachStderr: true, Tty: false, Cmd: command }
    const created = await jsonOf<{ Id: string }>(docker, {
      method: 'POST',
      path: `/containers/${id}/exec`,
      body,
      signal: within,
    })
    const started = await docker.send({
      method: 'POST',
      path: `/exec/${created.Id}/start`,
      body: { Detach: false, Tty: false },
      signal: within,
    })
    const chunks: Buffer[] = []
    for await (const chunk of started.body) chunks.push(chunk)
    const output = Buffer.concat(chunks)
    if (started.status >= 400) throw new DockerError(started.status, refusalIn(output.toString()))
    const { ExitCode } = await jsonOf<{ ExitCode: number | null }>(docker, {
      method: 'GET',
      path: `/exec/${created.Id}/json`,
      signal: within,
    })
    return { code: ExitCode ?? -1, ...demultiplexed(output) }
  } catch (error) {
    signal.throwIfAborted()
    if (!late.aborted) throw error
    throw providerUnreachable(docker.name, `${command[0]} in ${id.slice(0, 12)} has not ended in ${patience / 1000} s`)
  }
}

/** Frames of a stream without a terminal: its number, three zeros, the length, the bytes (Engine API, "Stream format"). */
function demultiplexed(output: Buffer): Pick<Ran, 'stdout' | 'stderr'> {
  const streams: [Buffer[], Buffer[]] = [[], []]
  for (let at = 0; at + 8 <= output.length; ) {
    const length = output.readUInt32BE(at + 4)
    streams[output[at] === 2 ? 1 : 0].push(output.subarray(at + 8, at + 8 + length))
    at += 8 + length
  }
  const [stdout, stderr] = streams.map((each) => Buffer.concat(each).toString())
  return { stdout: stdout ?? '', stderr: stderr ?? '' }
}

/** Of a question every refusal but "there is none" means that nothing is known. */
async function asked<T>(docker: Docker, question: () => Promise<T>): Promise<T> {
  try {
    return await question()
  } catch (error) {
    if (isDockerError(error)) throw providerUnreachable(docker.name, `${error.status}: ${error.message}`, error)
    throw error
  }
}
