/** How client-go's JSONPath printer writes a value into a column of type string (client-go/util/jsonpath.PrintResults). */
import { goJson } from '../../machinery/index.ts'

/** Objects and lists are JSON. */
export function cellText(value: unknown): string {
  if (value === null) return '<no value>'
  if (typeof value === 'string') return value
  if (typeof value === 'number' && !Number.isInteger(value)) return floatText(value)
  return typeof value === 'object' ? goJson(value) : String(value)
}

/** Go's %v of a float: an exponent of at least two digits from a million on and below a ten-thousandth. */
function floatText(value: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 6) return String(value)
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
