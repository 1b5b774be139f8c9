/** metav1.LabelSelector as a client writes it into a query (apimachinery LabelSelectorAsSelector). */
interface Requirement {
  readonly key: string
  readonly operator: string
  readonly values?: readonly string[]
}

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly Requirement[]
}

export function selectorText({ matchLabels = {}, matchExpressions = [] }: Selector): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  return [...labels, ...matchExpressions.map(requirementText)].join(',')
}

function requirementText({ key, operator, values = [] }: Requirement): string {
  const list = `(${values.join(',')})`
  switch (operator) {
    case 'In':
      return `${key} in ${list}`
    case 'NotIn':
      return `${key} notin ${list}`
    case 'Exists':
      return key
    case 'DoesNotExist':
      return `!${key}`
    default:
      // What is no operator makes the whole no selector, and so chooses nothing.
      return `${key} ${operator} ${list}`
  }
}
