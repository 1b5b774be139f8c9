/** Warning headers, as apiserver/pkg/endpoints/filters/warning.go bounds them: a body can give cause for thousands. */

/** Characters of all warnings of an answer; above it each is cut, and the last ones fall out. */
const TOTAL_LIMIT = 4096
const ITEM_LIMIT = 256

/** RFC 7234 warn-code 299; several go into one header, as Go's clients split them. */
export function warningHeaders(texts: readonly string[]): Record<string, string> {
  if (texts.length === 0) return {}
  return {
    warning: boundedWarnings(texts).map(formatWarning).join(', '),
  }
}

/** Those of the texts that there is room for. */
export function boundedWarnings(all: readonly string[]): string[] {
  const texts = [...new Set(all)]
  const total = texts.reduce((sum, text) => sum + text.length, 0)
  if (total <= TOTAL_LIMIT) return texts
  const kept: string[] = []
  let size = 0
  for (const text of texts) {
    const cut = text.slice(0, ITEM_LIMIT)
    size += cut.length
    if (size > TOTAL_LIMIT) break
    kept.push(cut)
  }
  return kept
}

/** In a quoted string of HTTP a backslash stands before what is meant literally, and nothing else is escaped. */
function formatWarning(text: string): string {
  return `299 - "${text.replace(/\p{Cc}/gu, ' ').replace(/["\\]/g, '\\$&')}"`
}
