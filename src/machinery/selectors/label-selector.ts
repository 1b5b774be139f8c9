/** Which objects a client means, by their labels: `labelSelector=` and metav1.LabelSelector. */
import { compareText, quote } from '../names/go-text.ts'
import type { Result } from '../result.ts'
import { parseLabelRequirements } from './label-parser.ts'
import {
  checkLabelRequirement,
  formatLabelRequirement,
  type LabelRequirement,
  matchesLabelRequirement,
} from './label-requirement.ts'

export interface LabelSelector {
  /** All of them must hold; sorted by key. None: everything matches, unless the selector matches nothing. */
  readonly requirements: readonly LabelRequirement[]
  readonly matches: (labels: Readonly<Record<string, string>>) => boolean
  /** The canonical text, which parses to an equal selector. */
  readonly toString: () => string
}

/** metav1.LabelSelector. */
export interface LabelSelectorSpec {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: string
    readonly values?: readonly string[]
  }[]
}

/** labels.Nothing(): what a selector that is absent means in an object. */
export const MATCHES_NOTHING: LabelSelector = { requirements: [], matches: () => false, toString: () => '' }

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

const EXPRESSION_OPERATORS = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' } as const

function isExpressionOperator(text: string): text is keyof typeof EXPRESSION_OPERATORS {
  return Object.hasOwn(EXPRESSION_OPERATORS, text)
}

/** metav1.LabelSelectorAsSelector: absent matches nothing, empty matches everything. */
export function labelSelectorOf(spec: LabelSelectorSpec | undefined): Result<LabelSelector> {
  if (spec === undefined) return { ok: true, value: MATCHES_NOTHING }
  const requirements: LabelRequirement[] = []
  for (const [key, value] of Object.entries(spec.matchLabels ?? {})) {
    requirements.push({ key, operator: '=', values: [value] })
  }
  for (const { key, operator, values = [] } of spec.matchExpressions ?? []) {
    if (!isExpressionOperator(operator)) {
      return { ok: false, error: `${quote(operator)} is not a valid label selector operator` }
    }
    requirements.push({ key, operator: EXPRESSION_OPERATORS[operator], values })
  }
  for (const requirement of requirements) {
    const checked = checkLabelRequirement(requirement)
    if (!checked.ok) return checked
  }
  return { ok: true, value: selectorOf(requirements) }
}
