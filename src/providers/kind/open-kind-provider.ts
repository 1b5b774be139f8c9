import { readFileSync } from 'node:fs'
import { KeelsonError, parseYaml } from '../../machinery/index.ts'
import type { ClusterProvider } from '../provider.ts'
import { connectDocker } from './docker/docker.ts'
import { type Environment, findDockerHost } from './docker/docker-host.ts'
import { kindProvider } from './kind-provider.ts'
import { nodeImages } from './node-images.ts'
import { kindCommand } from './run-kind.ts'
import type { KindWorld } from './world.ts'

/** `spec.kind` of a ClusterProvider. What it leaves out, the environment of this process says, and then kind itself. */
export interface KindSettings {
  /** With a tag or digest: every node's. Without: its tags are versions. */
  readonly image?: string
  /** Fields of kind's own configuration (kind.x-k8s.io/v1alpha4, Cluster), without name and nodes. */
  readonly config?: Readonly<Record<string, unknown>>
}

export interface KindProviderOptions {
  readonly env: Environment
  /** Whose clusters are seen as ours; default: every workspace's. */
  readonly workspace?: string
}

/**
 * Clusters of kind on the Docker of this machine.
 *
 * | variable | default |
 * |---|---|
 * | `DOCKER_HOST`, `DOCKER_CONTEXT`, `DOCKER_CONFIG` | as for the docker command |
 * | `KEELSON_KIND` | the kind command: `kind` |
 * | `KEELSON_KIND_IMAGE` | `kindest/node` |
 * | `KEELSON_KIND_CONFIG` | a file with fields of kind's configuration |
 *
 * Throws a KeelsonError where Docker is elsewhere, or a setting makes no sense; whether Docker answers, each call says.
 *
 * @example openKindProvider({}, { env: process.env })
 */
export function openKindProvider(settings: KindSettings, { env, workspace }: KindProviderOptions): ClusterProvider {
  return kindProvider({ world: openKindWorld(settings, env), ...(workspace !== undefined && { workspace }) })
}

export function openKindWorld({ image, config }: KindSettings, env: Environment): KindWorld {
  const { url, socket } = findDockerHost(env)
  return {
    docker: connectDocker(socket),
    kind: kindCommand({ command: env.KEELSON_KIND || 'kind', env, dockerHost: url }),
    images: nodeImages(image ?? (env.KEELSON_KIND_IMAGE || undefined)),
    config: config ?? configOf(env.KEELSON_KIND_CONFIG),
  }
}

function configOf(file: string | undefined): Record<string, unknown> {
  if (!file) return {}
  const wrong = (why: string): KeelsonError =>
    new KeelsonError(`${file}: ${why}`, 'name a file with a kind configuration in KEELSON_KIND_CONFIG, or none')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw wrong((error as Error).message)
  }
  const parsed = parseYaml(text)
  if (!parsed.ok) throw wrong(parsed.error)
  if (typeof parsed.value !== 'object' || parsed.value === null || Array.isArray(parsed.value))
    throw wrong('is no object')
  return parsed.value
}
