/**
 * Dead code: a value that a source file exports must be used by another source or in its own file; what only tests use is
 * dead, too, unless the whole file is there for tests, as those of e2e/ are. Types are left out: they belong to the
 * signatures that use them.
 */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'

const EXPORT = /^export (?:async )?(?:function\*?|const|let|class) (\w+)/gm
const STAR = /^export \* from '([^']+)'/gm
/** `import * as x`: whatever the file exports may be used. */
const NAMESPACE = /import \* as \w+ from '([^']+)'/g
const EVERYTHING = '**'
const NAMED = /(?:import|export)\s+(?:type\s+)?(?:\w+\s*,\s*)?\{([^}]*)\}\s*from\s*'([^']+)'/g
/** What is loaded when it is needed. */
const LOADED = /const\s+\{([^}]*)\}\s*=\s*await\s+import\('([^']+)'\)/g

export interface Source {
  /** Exported values that nothing else in the file mentions. */
  readonly exports: readonly string[]
  /** Names that it takes from other files, by the file's path; `*` for all. */
  readonly takes: ReadonlyMap<string, ReadonlySet<string>>
}

export function readSource(file: string, text: string): Source {
  const takes = new Map<string, Set<string>>()
  const take = (specifier: string, names: readonly string[]): void => {
    if (!specifier.startsWith('.')) return
    const target = normalize(join(dirname(file), specifier))
      .split(sep)
      .join('/')
    takes.set(target, new Set([...(takes.get(target) ?? []), ...names]))
  }
  for (const [, names = '', specifier = ''] of text.matchAll(NAMED)) take(specifier, namesOf(names))
  for (const [, names = '', specifier = ''] of text.matchAll(LOADED)) take(specifier, namesOf(names))
  for (const [, specifier = ''] of text.matchAll(STAR)) take(specifier, ['*'])
  for (const [, specifier = ''] of text.matchAll(NAMESPACE)) take(specifier, [EVERYTHING])
  const exported = [...text.matchAll(EXPORT)].map(([, name = '']) => name)
  return {
    exports: exported.filter((name) => [...text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].length === 1),
    takes,
  }
}

function namesOf(list: string): string[] {
  const names = list.split(',').map(
    (name) =>
      name
        .trim()
        .replace(/^type /, '')
        .split(' as ')[0] ?? '',
  )
  return names.filter((name) => name !== '')
}

/** `file: name` of each export that nothing uses. */
export function deadExports(sources: ReadonlyMap<string, Source>): string[] {
  const users = new Map<string, { readonly by: string; readonly names: ReadonlySet<string> }[]>()
  for (const [by, { takes }] of sources) {
    for (const [target, names] of takes) users.set(target, [...(users.get(target) ?? []), { by, names }])
  }
  const isTest = (file: string): boolean => file.endsWith('.test.ts') || isForTests(file)
  const known = new Map<string, boolean>()
  function isForTests(file: string): boolean {
    const found = known.get(file)
    if (found !== undefined) return found
    known.set(file, false)
    const importers = users.get(file) ?? []
    const only = importers.length > 0 && importers.every(({ by }) => isTest(by))
    known.set(file, only)
    return only
  }
  const isUsed = (file: string, name: string): boolean =>
    (users.get(file) ?? []).some(
      ({ by, names }) =>
        (!isTest(by) || file.startsWith('e2e/')) &&
        (names.has(name) || names.has(EVERYTHING) || (names.has('*') && isUsed(by, name))),
    )
  return [...sources].flatMap(([file, { exports }]) =>
    isTest(file) ? [] : exports.filter((name) => !isUsed(file, name)).map((name) => `${file}: ${name}`),
  )
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  const files = globSync(['src/**/*.ts', 'scripts/**/*.ts', 'e2e/**/*.ts', 'bench/**/*.ts'], { cwd: root })
  const sources = new Map(
    files.map((file) => {
      const path = file.split(sep).join('/')
      return [path, readSource(path, readFileSync(join(root, file), 'utf8'))] as const
    }),
  )
  const dead = deadExports(sources)
  for (const line of dead) console.error(line)
  console.log(`${sources.size} files, ${dead.length} exports that nothing uses`)
  process.exitCode = dead.length === 0 ? 0 : 1
}
