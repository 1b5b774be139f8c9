/** Another version of Keelson: the sources as they are, in which the stores' newest formats are one further. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'

const root = join(import.meta.dirname, '../..')

/** What stands in a source, and what in its place. */
const CHANGES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'src/storage/etcd/format.ts': [['NEWEST_FORMAT = 1', 'NEWEST_FORMAT = 2']],
  'src/storage/embedded/schema.ts': [
    ['export const FORMAT = 2', 'export const FORMAT = 3'],
    ['{ 1: CUTS }', "{ 1: CUTS, 2: 'CREATE TABLE later (name TEXT PRIMARY KEY) WITHOUT ROWID;' }"],
  ],
}

const later: Plugin = {
  name: 'later version',
  setup({ onLoad }) {
    onLoad({ filter: /src\/storage\/.*\.ts$/ }, async ({ path }) => {
      const changes = CHANGES[path.slice(root.length + 1)]
      if (changes === undefined) return undefined
      let contents = await readFile(path, 'utf8')
      for (const [from, to] of changes) {
        if (!contents.includes(from)) throw new Error(`${path} has no ${from} any more`)
        contents = contents.replace(from, to)
      }
      return { contents, loader: 'ts' }
    })
  },
}

/** Bundles it into the folder; the path of its command. */
export async function buildLaterVersion(folder: string): Promise<string> {
  const require =
    "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);"
  await build({
    absWorkingDir: root,
    entryPoints: {
      keelson: 'src/main.ts',
      'storage-worker': 'src/storage/embedded/worker.ts',
      'side-worker': 'src/server/side-worker.ts',
    },
    outdir: folder,
    plugins: [later],
    ...{
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      logLevel: 'warning',
      banner: { js: require },
    },
  })
  return join(folder, 'keelson.js')
}
