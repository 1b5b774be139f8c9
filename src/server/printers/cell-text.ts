/** How client-go's JSONPath printer writes a value into a column of type string. */
import { goJson } from '../../machinery/index.ts'

/** Objects and lists are JSON; null is Go's `<nil>`. */
export function cellText(value: unknown): string {
  if (value === null) return '<nil>'
  if (typeof value === 'string') return value
  return typeof value === 'object' ? goJson(value) : String(value)
}
