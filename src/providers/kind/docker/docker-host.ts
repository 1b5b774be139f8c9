/** Where Docker is: DOCKER_HOST, else the docker command's current context, else the socket that it is at by default. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { KeelsonError } from '../../../machinery/index.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface DockerHost {
  /** As DOCKER_HOST has it: `unix:///var/run/docker.sock`. The kind command is given it. */
  readonly url: string
  readonly socket: string
}

const DEFAULT = 'unix:///var/run/docker.sock'

/** Throws a KeelsonError where Docker is somewhere that this process cannot go. */
export function findDockerHost(env: Environment): DockerHost {
  const url = env.DOCKER_HOST || hostOfContext(env) || DEFAULT
  if (!url.startsWith('unix://')) {
    throw new KeelsonError(
      `Docker is at ${url}, which is no socket of this machine`,
      'kind makes its clusters on this machine: set DOCKER_HOST to unix://<path of the socket>',
    )
  }
  return { url, socket: url.slice('unix://'.length) }
}

/** cli/command/cli.go of the docker command: the environment's context counts before that of the configuration. */
function hostOfContext(env: Environment): string | undefined {
  const folder = env.DOCKER_CONFIG || join(env.HOME || homedir(), '.docker')
  const name = env.DOCKER_CONTEXT || text(readJson(join(folder, 'config.json')), 'currentContext')
  if (name === undefined || name === 'default') return undefined
  const digest = createHash('sha256').update(name).digest('hex')
  const meta = readJson(join(folder, 'contexts', 'meta', digest, 'meta.json'))
  const host = text(field(field(meta, 'Endpoints'), 'docker'), 'Host')
  if (host !== undefined) return host
  throw new KeelsonError(`docker's context "${name}" is not there`, 'choose another: docker context use default')
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // As the docker command does: what cannot be read says nothing.
    return undefined
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

function text(value: unknown, name: string): string | undefined {
  const found = field(value, name)
  return typeof found === 'string' && found !== '' ? found : undefined
}
