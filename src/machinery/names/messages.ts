/** Wording that the rules about names share (apimachinery/pkg/util/validation, .../pkg/api/validate/content). */

/** In UTF-8 bytes, which is what Go's len counts. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text)
}

/** Upstream says "characters" in one package and "bytes" in the other; it counts bytes in both. */
export function tooLong(limit: number, unit: 'bytes' | 'characters'): string {
  return `must be no more than ${limit} ${unit}`
}

export function mustMatch(message: string, expression: string, examples: readonly string[]): string {
  const quoted = examples.map((example) => `'${example}', `).join(' or ')
  return `${message} (e.g. ${quoted}regex used for validation is '${expression}')`
}
