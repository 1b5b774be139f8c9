/** v1 LimitRange (pkg/apis/core: SetDefaults_LimitRangeItem, ValidateLimitRange). */
import {
  compareQuantities,
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldRequired,
  formatQuantity,
  isQualifiedName,
  type KubeObject,
  type Quantity,
  type StatusCause,
} from '../../machinery/index.ts'
import { builtIn } from './built-in.ts'
import { ONE, quantityIn } from './quantity-in.ts'
import { type Fields, fieldsIn, objectsIn, textIn } from './untyped.ts'

const BOUNDS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const
const ONLY_CONTAINER_BOUNDS = ['default', 'defaultRequest']
const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim']
const ONLY_CONTAINERS = "may not be specified when `type` is 'Pod'"

/** Containers: the default limit is the maximum, the default request that limit, and where there is none the minimum. */
function setDefaults(object: KubeObject): void {
  for (const limit of objectsIn(fieldsIn(object.spec).limits)) {
    if (limit.type !== 'Container') continue
    const limits = { ...fieldsIn(limit.max), ...fieldsIn(limit.default) }
    const requests = { ...fieldsIn(limit.min), ...limits, ...fieldsIn(limit.defaultRequest) }
    if (Object.keys(limits).length > 0) limit.default = limits
    if (Object.keys(requests).length > 0) limit.defaultRequest = requests
  }
}

/** One of these must not be above the other: field, the smaller one, the larger one and how upstream calls them. */
const ORDER = [
  { field: 'min', low: 'min', high: 'max', text: ['min value', 'max value'] },
  { field: 'defaultRequest', low: 'min', high: 'defaultRequest', text: ['min value', 'default request value'] },
  { field: 'defaultRequest', low: 'defaultRequest', high: 'max', text: ['default request value', 'max value'] },
  {
    field: 'defaultRequest',
    low: 'defaultRequest',
    high: 'default',
    text: ['default request value', 'default limit value'],
  },
  { field: 'default', low: 'min', high: 'default', text: ['min value', 'default value'] },
  { field: 'default', low: 'default', high: 'max', text: ['default value', 'max value'] },
] as const

function validateOrder(limit: Fields, name: string, path: string): StatusCause[] {
  const isIgnored = (bound: string) => limit.type === 'Pod' && ONLY_CONTAINER_BOUNDS.includes(bound)
  const quantity = (bound: (typeof BOUNDS)[number]) =>
    isIgnored(bound) ? undefined : quantityIn(fieldsIn(limit[bound])[name])
  const causes = ORDER.flatMap(({ field, low, high, text: [lowText, highText] }) => {
    const [lower, upper] = [quantity(low), quantity(high)]
    if (lower === undefined || upper === undefined || compareQuantities(lower, upper) <= 0) return []
    const message = `${lowText} ${formatQuantity(lower)} is greater than ${highText} ${formatQuantity(upper)}`
    return [
      fieldInvalid(
        `${path}.${field}[${name}]`,
        formatQuantity(field === low || (field === 'default' && low === 'min') ? lower : upper),
        message,
      ),
    ]
  })
  return [...causes, ...validateRatio(limit, name, path)]
}

function validateRatio(limit: Fields, name: string, path: string): StatusCause[] {
  const [ratio, min, max] = [limit.maxLimitRequestRatio, limit.min, limit.max].map((of) =>
    quantityIn(fieldsIn(of)[name]),
  )
  if (ratio === undefined) return []
  const field = `${path}.maxLimitRequestRatio[${name}]`
  const shown = formatQuantity(ratio)
  const causes = compareQuantities(ratio, ONE) < 0 ? [fieldInvalid(field, shown, `ratio ${shown} is less than 1`)] : []
  if (min === undefined || max === undefined) return causes
  const most = toNumber(max) / toNumber(min)
  if (!(toNumber(ratio) > most)) return causes
  return [...causes, fieldInvalid(field, shown, `ratio ${shown} is greater than max/min = ${most.toFixed(6)}`)]
}

function toNumber({ mantissa, scale }: Quantity): number {
  return Number(mantissa) * 10 ** scale
}

function validateLimit(limit: Fields, path: string): StatusCause[] {
  const type = textIn(limit.type)
  const causes = isQualifiedName(type).map((message) => fieldInvalid(`${path}.type`, type, message))
  if (causes.length === 0 && !type.includes('/') && !TYPES.includes(type)) {
    causes.push(fieldInvalid(`${path}.type`, type, 'must be a standard limit type or fully qualified'))
  }
  const bounds = type === 'Pod' ? BOUNDS.filter((bound) => !ONLY_CONTAINER_BOUNDS.includes(bound)) : BOUNDS
  if (type === 'Pod') {
    const set = ONLY_CONTAINER_BOUNDS.filter((field) => Object.keys(fieldsIn(limit[field])).length > 0)
    causes.push(...set.map((field) => fieldForbidden(`${path}.${field}`, ONLY_CONTAINERS)))
  }
  const names = new Set(bounds.flatMap((bound) => Object.keys(fieldsIn(limit[bound]))))
  for (const bound of bounds) {
    for (const name of Object.keys(fieldsIn(limit[bound]))) {
      causes.push(...isQualifiedName(name).map((text) => fieldInvalid(`${path}.${bound}[${name}]`, name, text)))
    }
  }
  const storage = [limit.min, limit.max].some((bound) => Object.hasOwn(fieldsIn(bound), 'storage'))
  if (type === 'PersistentVolumeClaim' && !storage) {
    const message = 'either minimum or maximum storage value is required, but neither was provided'
    causes.push(fieldRequired(`${path}.limits`, message))
  }
  return [...causes, ...[...names].flatMap((name) => validateOrder(limit, name, path))]
}

function validate(object: KubeObject): StatusCause[] {
  const limits = objectsIn(fieldsIn(object.spec).limits)
  const types = limits.map((limit) => limit.type)
  return limits.flatMap((limit, index) => {
    const path = `spec.limits[${index}]`
    const repeated = types.indexOf(limit.type) < index
    return [...validateLimit(limit, path), ...(repeated ? [fieldDuplicate(`${path}.type`, limit.type)] : [])]
  })
}

export const limitRange = builtIn({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  namespaced: true,
  shortNames: ['limits'],
  createOnUpdate: true,
  strategy: { prepareForCreate: setDefaults, prepareForUpdate: setDefaults, validate, validateUpdate: validate },
})
