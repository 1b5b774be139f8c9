/**
 * Who may know whom: holds the table of docs/architecture.md for sources and tests. A room is entered by its door
 * (`index.ts`) alone; inside a room files import each other directly.
 */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'

const FEATURES = ['machinery', 'client', 'controller', 'providers']

/** A room and the rooms whose doors it may use. A room that is missing here may not exist. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  machinery: [],
  storage: ['machinery'],
  server: ['machinery', 'storage'],
  workspaces: ['machinery', 'storage', 'server'],
  client: ['machinery'],
  controller: ['machinery', 'client'],
  lifecycle: ['machinery', 'client', 'controller'],
  builtins: ['machinery', 'client', 'controller'],
  providers: ['machinery', 'client', 'controller'],
  clusters: FEATURES,
  packages: FEATURES,
  syncing: FEATURES,
  composition: FEATURES,
  cloud: FEATURES,
  platform: [...FEATURES, 'packages'],
  binding: [...FEATURES, 'syncing'],
  delivery: [...FEATURES, 'packages'],
  console: ['machinery', 'client', 'lifecycle', 'clusters', 'packages', 'platform'],
  cli: ['machinery', 'client', 'lifecycle', 'clusters', 'packages', 'platform'],
  testing: ['machinery', 'storage', 'server', 'workspaces', 'client', 'controller', 'lifecycle', 'builtins'],
}

/** For the tests of other rooms alone. */
const TEST_DOORS: readonly string[] = ['providers/conformance.ts']

const IMPORT = /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g

/** One line for every import that the table does not allow. `file` is relative to src, for example `server/read.ts`. */
export function brokenImports(file: string, source: string): string[] {
  const room = roomOf(file)
  if (room === undefined) return []
  const allowed = ROOMS[room]
  if (allowed === undefined) return [`${file}: the room ${room} is not in the table`]
  return [...source.matchAll(IMPORT)].flatMap(([, specifier = '']) => {
    const target = normalize(join(dirname(file), specifier))
      .split(sep)
      .join('/')
    const other = roomOf(target)
    if (other === room) return []
    if (other === undefined) return [`${file}: imports ${target}, which is in no room`]
    const tested = file.endsWith('.test.ts') && other === 'testing'
    if (!allowed.includes(other) && !tested) return [`${file}: ${room} may not know ${other} (${target})`]
    if (file.endsWith('.test.ts') && TEST_DOORS.includes(target)) return []
    return target === `${other}/index.ts`
      ? []
      : [`${file}: climbs into ${other} by ${target}; the door is ${other}/index.ts`]
  })
}

function roomOf(file: string): string | undefined {
  return file.startsWith('..') || !file.includes('/') ? undefined : file.slice(0, file.indexOf('/'))
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..', 'src')
  const files = globSync('**/*.ts', { cwd: root }).map((file) => relative('', file).split(sep).join('/'))
  const broken = files.flatMap((file) => brokenImports(file, readFileSync(join(root, file), 'utf8')))
  for (const line of broken) console.error(line)
  console.log(`${files.length} files, ${broken.length} imports that the table of rooms does not allow`)
  process.exitCode = broken.length === 0 ? 0 : 1
}
