/**
 * What no committed file may hold: paths of somebody's machine, hosts of package registries, and notes of what is still to do.
 * The registries' public addresses are in package-lock.json by its format.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { committedFiles } from './committed-files.ts'

interface Rule {
  readonly what: string
  readonly pattern: RegExp
  readonly except?: RegExp
}

/** Written in parts, so that this file itself holds none of them. */
export const RULES: readonly Rule[] = [
  { what: 'a path of a machine', pattern: /(?:^|[\s'"`(=:])\/(?:home|Users|root|work|mnt)\/[\w.-]+/ },
  { what: 'a note of what is to do', pattern: new RegExp(`\\b(?:${'TO'}DO|${'FIX'}ME|${'XX'}X)\\b`) },
  {
    what: 'the host of a registry',
    pattern:
      /https?:\/\/(?:[\w-]+\.)*(?:registry\.[\w.-]+|proxy\.golang\.org|[\w-]*(?:artifactory|nexus|verdaccio)[\w.-]*)/,
    except: /^(?:package-lock\.json|scripts\/check-words\.ts)$/,
  },
]

/** `file:line: what it is`, for each line that breaks a rule. */
export function forbiddenWords(file: string, text: string): string[] {
  const rules = RULES.filter(({ except }) => except?.test(file) !== true)
  return text
    .split('\n')
    .flatMap((line, index) =>
      rules.filter(({ pattern }) => pattern.test(line)).map(({ what }) => `${file}:${index + 1}: ${what}`),
    )
}

/** In the lock file only the public registry may be named. */
export function foreignSources(lock: string): string[] {
  const hosts = [...lock.matchAll(/"resolved": "(https?:\/\/[^/"]+)/g)].map(([, host = '']) => host)
  return [...new Set(hosts)].filter((host) => host !== 'https://registry.npmjs.org')
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  const files = committedFiles().filter((file) => !file.endsWith('check-words.test.ts'))
  const found = files.flatMap((file) => {
    const content = readFileSync(join(root, file))
    return content.includes(0) ? [] : forbiddenWords(file, content.toString())
  })
  const foreign = foreignSources(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  for (const line of found) console.error(line)
  for (const host of foreign) console.error(`package-lock.json: takes packages from ${host}`)
  console.log(`${files.length} files, ${found.length + foreign.length} words that do not belong there`)
  process.exitCode = found.length + foreign.length === 0 ? 0 : 1
}
