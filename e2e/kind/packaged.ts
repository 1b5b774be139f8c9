import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../tools/go.ts'

const root = join(import.meta.dirname, '../..')

/**
 * What is published, installed as by a reader: what is committed is checked out into `folder`, packed there, and that package
 * installed beside it. Answers with the installed package's folder.
 */
export async function installPackage(folder: string): Promise<string> {
  const checkout = join(folder, 'checkout')
  await run('git', ['clone', '--quiet', root, checkout])
  await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], checkout)
  const packed = join(folder, 'packed')
  await mkdir(packed)
  await run('npm', ['pack', '--loglevel=error', '--pack-destination', packed], checkout)
  const [archive = ''] = await readdir(packed)
  const installed = join(folder, 'installed')
  await mkdir(installed)
  await writeFile(join(installed, 'package.json'), '{"private":true}\n')
  const install = ['install', '--no-audit', '--no-fund', '--loglevel=error', join(packed, archive)]
  await run('npm', install, installed)
  return join(installed, 'node_modules/keelson')
}
