/** Every package that is shipped in the bundle has a licence that Apache-2.0 works may include. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ALLOWED: readonly string[] = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']

interface LockedPackage {
  readonly license?: string
  readonly dev?: boolean
}

/** `path: licence` for each production package of a package-lock.json whose licence is not allowed, or not said. */
export function refusedLicenses(packages: Readonly<Record<string, LockedPackage>>): string[] {
  return Object.entries(packages).flatMap(([path, { license = 'no licence', dev = false }]) =>
    path === '' || dev || isAllowed(license) ? [] : [`${path}: ${license}`],
  )
}

/** SPDX: one of `A OR B`, all of `A AND B`. */
function isAllowed(license: string): boolean {
  const choices = license.replaceAll(/[()]/g, '').split(' OR ')
  return choices.some((choice) => choice.split(' AND ').every((one) => ALLOWED.includes(one)))
}

if (import.meta.main) {
  const lock = readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8')
  const { packages } = JSON.parse(lock) as { packages: Record<string, LockedPackage> }
  const shipped = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true)
  const refused = refusedLicenses(packages)
  for (const line of refused) console.error(line)
  console.log(`${shipped.length} packages are shipped, ${refused.length} with a licence that is not allowed`)
  process.exitCode = refused.length === 0 ? 0 : 1
}
