/** Docker with the node image, and what finds it: for tests, benchmarks, and by hand. */
import { dirname } from 'node:path'
import { toolPath } from '../tools/build.ts'
import { type Docker, startDocker } from './docker-daemon.ts'
import { NODE_IMAGE, provideNodeImage } from './node-image/node-image.ts'

export async function startKindDocker(): Promise<Docker> {
  await using cleanup = new AsyncDisposableStack()
  const docker = cleanup.use(await startDocker())
  await provideNodeImage(docker)
  const disposal = cleanup.move()
  return { ...docker, [Symbol.asyncDispose]: () => disposal.disposeAsync() }
}

/** Of a command that shall find this Docker, and kind. */
export async function kindEnvironment(docker: Docker): Promise<Record<string, string>> {
  const programs = [dirname(await toolPath('kind')), dirname(await toolPath('kubectl')), docker.environment.PATH]
  return { ...docker.environment, PATH: programs.join(':'), KIND_NODE_IMAGE: NODE_IMAGE }
}
