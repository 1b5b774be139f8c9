/** Keeps managedFields short: the oldest updaters become one (apimachinery/pkg/util/managedfields/internal/capmanagers.go). */
import { compareText } from '../names/go-text.ts'
import { union } from './field-set.ts'
import { identityOf, type Managed, secondsOf } from './managed-fields.ts'

export const MAX_UPDATE_MANAGERS = 10
const ANCIENT_CHANGES = 'ancient-changes'

/** Above the limit, the fields of the oldest updaters of a version go to one manager of that version. */
export function capManagers(managed: Managed): Managed {
  const updaters = [...managed.managers].flatMap(([identity, { applied }]) => (applied ? [] : [identity]))
  let count = updaters.length
  if (count <= MAX_UPDATE_MANAGERS) return managed
  const managers = new Map(managed.managers)
  const times = new Map(managed.times)
  updaters.sort((left, right) => secondsOf(times.get(left)) - secondsOf(times.get(right)) || compareText(left, right))
  const firstOfVersion = new Map<string, string>()
  for (const identity of updaters) {
    if (count <= MAX_UPDATE_MANAGERS) break
    const entry = managers.get(identity)
    if (entry === undefined) continue
    const { apiVersion } = entry
    const first = firstOfVersion.get(apiVersion)
    if (first === undefined) {
      firstOfVersion.set(apiVersion, identity)
      continue
    }
    const bucket = identityOf({ manager: ANCIENT_CHANGES, operation: 'Update', apiVersion, subresource: '' })
    const collected = managers.get(bucket) ?? managers.get(first)
    if (!managers.has(bucket)) managers.delete(first)
    managers.delete(identity)
    managers.set(bucket, { ...entry, set: collected === undefined ? entry.set : union(entry.set, collected.set) })
    const time = times.get(identity)
    if (time === undefined) times.delete(bucket)
    else times.set(bucket, time)
    count--
  }
  return { managers, times }
}
