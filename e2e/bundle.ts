import { glob, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './tools/go.ts'

const root = join(import.meta.dirname, '..')
const bundle = join(root, 'dist/keelson.js')

/** The path of the shipped command; makes it when any source is younger. */
export async function bundlePath(): Promise<string> {
  const built = await stat(bundle).catch(() => undefined)
  if (built === undefined || (await newestSource()) > built.mtimeMs) {
    await run(process.execPath, [join(root, 'scripts/build.ts')], root)
  }
  return bundle
}

async function newestSource(): Promise<number> {
  let newest = 0
  for await (const file of glob('src/**/*.ts', { cwd: root }))
    newest = Math.max(newest, (await stat(join(root, file))).mtimeMs)
  return newest
}
