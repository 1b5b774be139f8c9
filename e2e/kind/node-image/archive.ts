import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { cp, mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { run } from '../../tools/go.ts'

/** An image of one layer. */
export interface Image {
  readonly name: string
  /** What lies where: its place without leading slash, and the file that is copied there, links followed. */
  readonly files: Readonly<Record<string, string>>
  readonly entrypoint: readonly string[]
}

const TAR = ['--format=ustar', '--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0']

/**
 * Writes an image as `docker save` does, so that containerd and Docker take it without a registry: the config, a layer, and the
 * manifest that names them. `scratch` is an empty folder.
 */
export async function writeArchive(image: Image, scratch: string, target: string): Promise<void> {
  const content = join(scratch, 'content')
  for (const [place, source] of Object.entries(image.files)) {
    await mkdir(dirname(join(content, place)), { recursive: true })
    await cp(source, join(content, place), { dereference: true })
  }
  const archive = join(scratch, 'archive')
  await mkdir(archive)
  const layer = join(scratch, 'layer.tar')
  await run('tar', [...TAR, '-cf', layer, '-C', content, '.'])
  const layerDigest = await digestOf(layer)
  await mkdir(join(archive, layerDigest))
  await rename(layer, join(archive, layerDigest, 'layer.tar'))
  const config = JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: {
      Entrypoint: image.entrypoint,
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layerDigest}`] },
    history: [{ created: '1970-01-01T00:00:00Z' }],
  })
  const configFile = `${createHash('sha256').update(config).digest('hex')}.json`
  await writeFile(join(archive, configFile), config)
  const manifest = [{ Config: configFile, RepoTags: [image.name], Layers: [`${layerDigest}/layer.tar`] }]
  await writeFile(join(archive, 'manifest.json'), JSON.stringify(manifest))
  await run('tar', [...TAR, '-cf', target, '-C', archive, configFile, layerDigest, 'manifest.json'])
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
