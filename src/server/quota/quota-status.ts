/** What one ResourceQuota says to one more or one less object (apiserver/pkg/admission/plugin/resourcequota, CheckRequest). */
import {
  compareQuantities,
  compareText,
  formatQuantity,
  type KubeObject,
  type Quantity,
} from '../../machinery/index.ts'
import { quantityIn, ZERO } from '../builtins/quantity-in.ts'
import { fieldsIn, listIn } from '../builtins/untyped.ts'

export type Verdict =
  /** The quota with its new usage. */
  | { readonly type: 'counted'; readonly quota: KubeObject }
  /** It limits such objects, but how many there are is still being found out. */
  | { readonly type: 'uncounted' }
  | { readonly type: 'unconcerned' }
  /** Why the object may not come to be. */
  | { readonly type: 'refused'; readonly reason: string }

type Quantities = Readonly<Record<string, Quantity>>

/** @param names under which the object counts, @param delta 1 or -1. */
export function countInto(quota: KubeObject, names: readonly string[], delta: 1 | -1): Verdict {
  const spec = fieldsIn(quota.spec)
  // Scopes are of Pods and volume claims: an object of any other kind is in none.
  if (listIn(spec.scopes).length > 0 || listIn(fieldsIn(spec.scopeSelector).matchExpressions).length > 0) {
    return { type: 'unconcerned' }
  }
  const status = fieldsIn(quota.status)
  const [wanted, hard, used] = [spec.hard, status.hard, status.used].map(quantitiesIn) as [
    Quantities,
    Quantities,
    Quantities,
  ]
  const limited = names.filter((name) => name in hard)
  const pending = names.some((name) => name in wanted && !(name in hard))
  if (limited.length === 0) return { type: pending ? 'uncounted' : 'unconcerned' }
  const { name = '' } = quota.metadata
  const unknown = limited.filter((each) => !(each in used))
  if (unknown.length > 0) {
    if (delta < 0) return { type: 'uncounted' }
    return { type: 'refused', reason: `status unknown for quota: ${name}, resources: ${limited.toSorted().join(',')}` }
  }
  const after = Object.fromEntries(limited.map((each) => [each, plus(used[each] ?? ZERO, delta)]))
  if (delta > 0) {
    const exceeded = limited.filter((each) => compareQuantities(after[each] ?? ZERO, hard[each] ?? ZERO) > 0)
    if (exceeded.length > 0) {
      const shown = (quantities: Quantities) => printed(exceeded, quantities)
      const requested = Object.fromEntries(exceeded.map((each) => [each, count(1n)]))
      const reason = `exceeded quota: ${name}, requested: ${shown(requested)}, used: ${shown(used)}, limited: ${shown(hard)}`
      return { type: 'refused', reason }
    }
  }
  const counts = Object.fromEntries(Object.entries(after).map(([each, quantity]) => [each, formatQuantity(quantity)]))
  return { type: 'counted', quota: { ...quota, status: { ...status, used: { ...fieldsIn(status.used), ...counts } } } }
}

function quantitiesIn(value: unknown): Quantities {
  const entries = Object.entries(fieldsIn(value)).map(([name, text]) => [name, quantityIn(text) ?? ZERO] as const)
  return Object.fromEntries(entries)
}

function count(mantissa: bigint): Quantity {
  return { mantissa, scale: 0, format: 'DecimalSI' }
}

/** Never below nothing: somebody else may have written what is used. */
function plus({ mantissa, scale }: Quantity, delta: number): Quantity {
  const whole = scale >= 0 ? mantissa * 10n ** BigInt(scale) : mantissa / 10n ** BigInt(-scale)
  const sum = whole + BigInt(delta)
  return count(sum < 0n ? 0n : sum)
}

/** prettyPrint: by name. */
function printed(names: readonly string[], quantities: Quantities): string {
  return names
    .toSorted(compareText)
    .map((name) => `${name}=${formatQuantity(quantities[name] ?? ZERO)}`)
    .join(',')
}
