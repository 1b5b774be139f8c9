import { glob, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './tools/go.ts'
import { withLock } from './tools/lock.ts'

const root = join(import.meta.dirname, '..')
const bundle = join(root, 'dist/keelson.js')
/** What `npx keelson` runs: it checks Node's version, keeps compiled code, and starts the bundle. */
const command = join(root, 'bin/keelson.js')

/** The path of the shipped command; makes it when any source is younger. */
export async function bundlePath(): Promise<string> {
  if (await isStale()) {
    await withLock(join(root, 'node_modules/.bundle-lock'), async () => {
      if (await isStale()) await run(process.execPath, [join(root, 'scripts/build.ts')], root)
    })
  }
  return command
}

async function isStale(): Promise<boolean> {
  const built = await stat(bundle).catch(() => undefined)
  return built === undefined || (await newestSource()) > built.mtimeMs
}

async function newestSource(): Promise<number> {
  let newest = 0
  for await (const file of glob('src/**/*.ts', { cwd: root }))
    newest = Math.max(newest, (await stat(join(root, file))).mtimeMs)
  return newest
}
