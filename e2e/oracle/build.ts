/** Builds the command from the sources, with edits of some: what a mutation of the server is made of. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'

const root = join(import.meta.dirname, '../..')
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);"

export interface SourceEdit {
  /** From the root: `src/server/handlers/create.ts`. */
  readonly file: string
  /** Must stand in the file exactly once. */
  readonly find: string
  readonly replace: string
}

/** @returns the path of the command, in `folder`. @throws Error when an edit finds nothing to replace */
export async function buildKeelson(folder: string, edits: readonly SourceEdit[] = []): Promise<string> {
  await build({
    absWorkingDir: root,
    entryPoints: {
      keelson: 'src/main.ts',
      'storage-worker': 'src/storage/embedded/worker.ts',
      'side-worker': 'src/server/side-worker.ts',
    },
    outdir: folder,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    logLevel: 'silent',
    banner: { js: REQUIRE },
    plugins: edits.length === 0 ? [] : [editing(edits)],
  })
  return join(folder, 'keelson.js')
}

function editing(edits: readonly SourceEdit[]): Plugin {
  return {
    name: 'edits',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const own = edits.filter(({ file }) => path === join(root, file))
        if (own.length === 0) return undefined
        let contents = await readFile(path, 'utf8')
        for (const { file, find, replace } of own) {
          if (contents.split(find).length !== 2) throw new Error(`${file}: "${find}" is not there exactly once`)
          contents = contents.replace(find, () => replace)
        }
        return { contents, loader: 'ts' }
      })
    },
  }
}
