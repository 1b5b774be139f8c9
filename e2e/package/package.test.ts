/** What is published: whoever installs it has the libraries with their types, and what they say is what they do. */
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../temporary-folder.ts'
import { run } from '../tools/go.ts'

const root = join(import.meta.dirname, '../..')

const PROGRAM = `
import { applyFiles, eventually, isStatus, type KubeObject, resourceRef, startServer, type UserInfo } from 'keelson/testing'
import { type Client, find, StatusError, startController, watching } from 'keelson/controller'

interface Setting extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}
const settings = resourceRef<Setting>('v1', 'configmaps', { namespaced: true })
const nobody: UserInfo = { username: 'nobody', groups: ['system:authenticated'] }

await using server = await startServer()
const client: Client = await server.workspace('team')
const seen: string[] = []
await using _controller = startController({
  name: 'settings',
  client,
  sources: [watching(settings)],
  async reconcile({ namespace, name }, { client }) {
    const setting = await find(client, settings, name, { namespace })
    if (setting?.data !== undefined) seen.push(name)
  },
})
await applyFiles(client, [new URL('settings.yaml', import.meta.url).pathname])
await eventually(() => {
  if (!seen.includes('tier')) throw new Error('not seen yet')
})
try {
  await server.as(nobody).inCluster('root:team').list(settings)
  throw new Error('nobody may read')
} catch (error) {
  // Both libraries know one StatusError.
  if (!isStatus(error, 'Forbidden') || !(error instanceof StatusError)) throw error
}
`

const SETTINGS = JSON.stringify({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'tier' },
  data: { tier: 'web' },
})

const TSCONFIG = JSON.stringify({
  compilerOptions: {
    module: 'nodenext',
    target: 'esnext',
    strict: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  },
  files: ['program.ts'],
})

test('the package has both libraries and their types', async () => {
  await using folder = await temporaryFolder()
  const checkout = join(folder.path, 'checkout')
  await run('git', ['clone', '--quiet', root, checkout])
  await symlink(join(root, 'node_modules'), join(checkout, 'node_modules'))
  const packed = join(folder.path, 'packed')
  const installed = join(folder.path, 'node_modules/keelson')
  for (const each of [packed, installed]) await mkdir(each, { recursive: true })
  await run('npm', ['pack', '--loglevel=error', '--pack-destination', packed], checkout)
  const [archive = ''] = await readdir(packed)
  await run('tar', ['xzf', join(packed, archive), '--strip-components=1', '-C', installed])
  const files = {
    'program.ts': PROGRAM,
    'settings.yaml': SETTINGS,
    'tsconfig.json': TSCONFIG,
    'package.json': '{"type":"module"}',
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text)
  await run(join(root, 'node_modules/.bin/tsc'), ['-p', folder.path])
  await run(process.execPath, [join(folder.path, 'program.ts')])
})
