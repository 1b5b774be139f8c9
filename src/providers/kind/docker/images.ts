/** Images, as far as a node needs one. */
import type { Waiting } from '../../provider.ts'
import { failureOf } from '../failure.ts'
import { bytesOf, type Docker, DockerError, isDockerError, refusalIn } from './docker.ts'

interface Pulling {
  readonly id?: string
  readonly status?: string
  readonly progressDetail?: { readonly current?: number; readonly total?: number }
  readonly error?: string
}

/** Pulls the image unless it is there, and tells how far it is. */
export async function ensureImage(docker: Docker, image: string, { signal, onProgress }: Waiting): Promise<void> {
  try {
    await bytesOf(docker, { method: 'GET', path: `/images/${image}/json`, signal })
    return
  } catch (error) {
    if (!isDockerError(error, 404)) throw error
  }
  const tell = (message: string): void => onProgress?.({ phase: 'pulling-image', message })
  tell(image)
  try {
    const { status, body } = await docker.send({
      method: 'POST',
      path: '/images/create',
      query: { fromImage: image },
      signal,
      patience: 10 * 60_000,
    })
    let rest = ''
    const layers = new Map<string, number>()
    for await (const chunk of body) {
      const lines = `${rest}${chunk.toString()}`.split('\n')
      rest = lines.pop() ?? ''
      if (status >= 400) continue
      for (const line of lines.filter((each) => each.trim() !== '')) {
        const { id = '', progressDetail: { current = 0, total = 0 } = {}, error } = JSON.parse(line) as Pulling
        if (error !== undefined) throw new DockerError(500, error)
        if (total === 0) continue
        layers.set(id, current)
        const megabytes = [...layers.values()].reduce((sum, each) => sum + each, 0) / 1e6
        tell(`${image}: ${Math.floor(megabytes)} MB`)
      }
    }
    if (status >= 400) throw new DockerError(status, refusalIn(rest))
  } catch (error) {
    if (!isDockerError(error)) throw error
    throw failureOf(`image ${image} cannot be pulled`, [error.message], error)
  }
}
