/**
 * Bundles what is shipped into `dist/`: the command, the storage worker beside it, and the libraries that consumers import.
 * Libraries from npm are bundled, too: the command starts from one file.
 */
import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'esbuild'

const root = path.join(import.meta.dirname, '..')

/** A bundled CommonJS library may call `require` for a module of Node, which an ES module does not have. */
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);"

const common = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  metafile: true,
  logLevel: 'warning',
} as const

/** npm builds twice when it packs: by `prepack`, which makes the types after it, and then by `prepare`, which must leave them. */
const isFirst = process.env.npm_lifecycle_event === 'prepack'
for (const name of await readdir(path.join(root, 'dist')).catch(() => [])) {
  if (isFirst || name !== 'types') await rm(path.join(root, 'dist', name), { recursive: true })
}
const results = await Promise.all([
  build({ ...common, entryPoints: { keelson: 'src/main.ts' }, banner: { js: `#!/usr/bin/env node\n${REQUIRE}` } }),
  build({
    ...common,
    entryPoints: {
      'storage-worker': 'src/storage/embedded/worker.ts',
      'side-worker': 'src/server/side-worker.ts',
      testing: 'src/testing/index.ts',
      controller: 'src/controller/index.ts',
    },
    // What one library throws is what the other knows: they share their modules.
    splitting: true,
    chunkNames: 'shared-[hash]',
    banner: { js: REQUIRE },
  }),
])

/**
 * esbuild escapes what is not ASCII in strings, but neither in regular expressions nor in comments. One such character makes V8
 * keep the whole file in two bytes a character, from the first moment of each start.
 */
const command = path.join(root, 'dist/keelson.js')
const code = await readFile(command, 'utf8')
const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
await writeFile(
  command,
  code.replaceAll(/\P{ASCII}/gu, (character) => character.split('').map(escaped).join('')),
)

/** `npm run build` says what it made; a build on the way to something else is silent. */
const verbose = process.argv.includes('--verbose')
for (const file of verbose ? results.flatMap(({ metafile }) => Object.keys(metafile.outputs)).sort() : []) {
  const { size } = await stat(path.join(root, file))
  process.stdout.write(`${file} ${Math.ceil(size / 1024)} KiB\n`)
}
await chmod(command, 0o755)
