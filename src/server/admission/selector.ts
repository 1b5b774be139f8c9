/** metav1.LabelSelector as what matches labels (apimachinery/pkg/apis/meta/v1, LabelSelectorAsSelector). */
import { type LabelSelector, parseLabelSelector } from '../../machinery/index.ts'
import { fieldsIn, objectsIn, textIn, textsIn } from '../builtins/untyped.ts'

/** @param selector - validated. Undefined where everything matches. */
export function selectorOf(selector: unknown): LabelSelector | undefined {
  const { matchLabels, matchExpressions } = fieldsIn(selector)
  const requirements = [
    ...Object.entries(fieldsIn(matchLabels)).map(([key, value]) => `${key}=${textIn(value)}`),
    ...objectsIn(matchExpressions).map((expression) => {
      const key = textIn(expression.key)
      const values = `(${textsIn(expression.values).join(',')})`
      if (expression.operator === 'Exists') return key
      if (expression.operator === 'DoesNotExist') return `!${key}`
      return `${key} ${expression.operator === 'In' ? 'in' : 'notin'} ${values}`
    }),
  ]
  if (requirements.length === 0) return undefined
  const parsed = parseLabelSelector(requirements.join(','))
  if (!parsed.ok) throw new Error(`a label selector was accepted and cannot be read: ${parsed.error}`)
  return parsed.value
}
