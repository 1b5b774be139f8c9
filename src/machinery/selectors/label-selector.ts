/** Which objects a client means, by their labels: `labelSelector=` and metav1.LabelSelector. */
import { compareText } from '../names/go-text.ts'
import type { Result } from '../result.ts'
import { parseLabelRequirements } from './label-parser.ts'
import { formatLabelRequirement, type LabelRequirement, matchesLabelRequirement } from './label-requirement.ts'

export interface LabelSelector {
  /** All of them must hold; sorted by key. None: everything matches, unless the selector matches nothing. */
  readonly requirements: readonly LabelRequirement[]
  readonly matches: (labels: Readonly<Record<string, string>>) => boolean
  /** The canonical text, which parses to an equal selector. */
  readonly toString: () => string
}

function selectorOf(requirements: readonly LabelRequirement[]): LabelSelector {
  const sorted = [...requirements].sort((left, right) => compareText(left.key, right.key))
  return {
    requirements: sorted,
    matches: (labels) => sorted.every((requirement) => matchesLabelRequirement(requirement, labels)),
    toString: () => sorted.map(formatLabelRequirement).join(','),
  }
}

/**
 * Reads a selector's text; the error is upstream's, to be answered with status 400.
 *
 * @example parseLabelSelector('app in (web,api),!legacy')
 */
export function parseLabelSelector(text: string): Result<LabelSelector> {
  const requirements = parseLabelRequirements(text)
  return requirements.ok ? { ok: true, value: selectorOf(requirements.value) } : requirements
}
