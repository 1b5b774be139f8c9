/** Every promise of a cluster provider, held by the provider `kind` on the real Docker. */
import { after, before } from 'node:test'
import { describeClusterProvider } from '../../src/providers/conformance.ts'
import { type Docker, startDocker } from './docker-daemon.ts'
import { provideLightImages } from './light-image.ts'
import { openRealWorld } from './real-world.ts'

let docker: Docker | undefined

before(async () => {
  docker = await startDocker()
  await provideLightImages(docker)
})
after(() => docker?.[Symbol.asyncDispose]())

describeClusterProvider('kind on Docker', async () => {
  if (docker === undefined) throw new Error('Docker has not begun')
  return openRealWorld(docker)
})
