/** What a kind demands of the names of its objects (apimachinery/pkg/api/validation, .../path). */
import { isDNS1035Label, isDNS1123Label, isDNS1123Subdomain } from './dns.ts'

/** Messages about a name; with `prefix`, about a generateName, to which a suffix is going to be added. */
export type NameRule = (name: string, prefix: boolean) => string[]

/** Upstream replaces the last two bytes by `a`, so that a generateName may end in a dash; half a character is no name. */
function maskTrailingDash(name: string): string {
  return /[\0-\x7f]-$/.test(name) ? `${name.slice(0, -2)}a` : name
}

export const nameIsDNSSubdomain: NameRule = (name, prefix) => isDNS1123Subdomain(prefix ? maskTrailingDash(name) : name)

export const nameIsDNSLabel: NameRule = (name, prefix) => isDNS1123Label(prefix ? maskTrailingDash(name) : name)

export const nameIsDNS1035Label: NameRule = (name, prefix) => isDNS1035Label(prefix ? maskTrailingDash(name) : name)

/** RBAC's names: whatever can be one segment of a URL's path. */
export const nameIsPathSegment: NameRule = (name, prefix) =>
  prefix ? pathSegmentContent(name) : isValidPathSegmentName(name)

export function isValidPathSegmentName(name: string): string[] {
  return name === '.' || name === '..' ? [`may not be '${name}'`] : pathSegmentContent(name)
}

function pathSegmentContent(name: string): string[] {
  return ['/', '%'].filter((text) => name.includes(text)).map((text) => `may not contain '${text}'`)
}
