/** Query and path parameters of the operations. */
import type { JsonObject } from '../../machinery/index.ts'

type Type = 'string' | 'integer' | 'boolean'

function query(name: string, type: Type, description: string): JsonObject {
  return { name, in: 'query', description, schema: { type, uniqueItems: true } }
}

export function pathParameter(name: string, description: string): JsonObject {
  return { name, in: 'path', required: true, description, schema: { type: 'string', uniqueItems: true } }
}

export const PRETTY = query('pretty', 'string', 'Whether the answer is to be read by people.')

const DRY_RUN = query('dryRun', 'string', '`All`: the request is judged and answered, and nothing is stored.')
const FIELD_MANAGER = query('fieldManager', 'string', 'Who makes the change; at most 128 printable characters.')
/** kubectl looks for this one on PATCH: without it, it would validate by itself. */
const FIELD_VALIDATION = query(
  'fieldValidation',
  'string',
  'What to do about unknown and duplicate fields: Ignore drops them, Warn drops them and says so in a Warning header, Strict refuses the request.',
)
const FORCE = query('force', 'boolean', 'Server-side apply: take over fields that others manage.')

/** Named as upstream names them; the feature is not there, as it is not in a kube-apiserver that is not told to have it. */
const SHARD_SELECTOR = query('shardSelector', 'string', 'Not in use: shards of lists are an alpha feature.')
const UNSAFE = query(
  'ignoreStoreReadErrorWithClusterBreakingPotential',
  'boolean',
  'Not in use: deletion of what cannot be read is an alpha feature.',
)

const SELECTION: readonly JsonObject[] = [
  query('continue', 'string', 'Goes on after an earlier answer, whose value this is.'),
  query('fieldSelector', 'string', 'Selects objects by their fields.'),
  query('labelSelector', 'string', 'Selects objects by their labels.'),
  query('limit', 'integer', 'At most this many objects; the answer says how to go on.'),
  query('resourceVersion', 'string', 'How old the answer may be, or where a watch begins.'),
  query('resourceVersionMatch', 'string', 'How resourceVersion is meant: NotOlderThan or Exact.'),
  query('sendInitialEvents', 'boolean', 'Whether a watch begins with what exists.'),
  SHARD_SELECTOR,
  query('timeoutSeconds', 'integer', 'How long the request may take.'),
]

const DELETION: readonly JsonObject[] = [
  DRY_RUN,
  query('gracePeriodSeconds', 'integer', 'Seconds before the object is removed.'),
  UNSAFE,
  query('orphanDependents', 'boolean', 'Deprecated: use propagationPolicy.'),
  query('propagationPolicy', 'string', 'What becomes of dependents: Orphan, Background or Foreground.'),
]

const WRITING: readonly JsonObject[] = [DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION]

const LISTING: readonly JsonObject[] = [
  query('allowWatchBookmarks', 'boolean', 'Whether a watch may send bookmarks.'),
  ...SELECTION,
  query('watch', 'boolean', 'Streams changes instead of a list.'),
]

/** By what upstream calls the operation, each by name. */
export const PARAMETERS: Readonly<Record<string, readonly JsonObject[]>> = {
  list: LISTING,
  get: [],
  post: WRITING,
  put: WRITING,
  patch: [...WRITING, FORCE],
  delete: DELETION,
  deletecollection: byName([...DELETION, ...SELECTION]),
}

/** Those of custom resources that upstream declares otherwise (apiextensions-apiserver/pkg/controller/openapi/builder). */
export const CUSTOM_PARAMETERS: typeof PARAMETERS = {
  ...PARAMETERS,
  get: [query('resourceVersion', 'string', 'How old the answer may be.')],
  deletecollection: LISTING,
}

export function byName(parameters: readonly JsonObject[]): readonly JsonObject[] {
  return parameters.toSorted((one, other) => (String(one.name) < String(other.name) ? -1 : 1))
}
