/**
 * `npm run example:kind`: what examples/kind/README.md says, played in an empty folder with the package as it would be published,
 * on a Docker of its own.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { isAsWritten, readBlocks } from '../docs/console.ts'
import { startSession } from '../docs/session.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { kindEnvironment, startKindDocker } from './kind-docker.ts'
import { NODE_IMAGES } from './node-image/node-image.ts'
import { installPackage } from './packaged.ts'

test('examples/kind is what happens, and leaves nothing on Docker', async (context) => {
  await using docker = await startKindDocker()
  await using folder = await temporaryFolder()
  const installed = await installPackage(folder.path)
  const page = await readFile(join(installed, 'examples/kind/README.md'), 'utf8')
  const environment = { ...(await kindEnvironment(docker)), KEELSON_KIND_IMAGE: NODE_IMAGES }
  await using session = await startSession({ installed, environment })
  const blocks = readBlocks(page).map(({ block }) => block)
  for (const { command, output } of blocks.flatMap((block) => (block.kind === 'console' ? block.steps : []))) {
    await context.test(`$ ${command}`, async () => {
      const printed = await session.type(command)
      if (!isAsWritten(output, printed)) assert.equal(printed, output)
    })
  }
  assert.equal(await docker.run('ps', '--all', '--quiet'), '')
  assert.equal(await docker.run('volume', 'ls', '--quiet'), '')
})
