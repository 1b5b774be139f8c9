/** Faults that somebody might build into the server, each of which the corpus must see. */
import type { SourceEdit } from './build.ts'

export interface Mutation extends SourceEdit {
  /** Cases whose ids contain one of these words are asked. */
  readonly seenBy: readonly string[]
}

const mutation = (file: string, find: string, replace: string, ...seenBy: string[]): Mutation => ({
  file: `src/${file}`,
  find,
  replace,
  seenBy,
})

const server = (file: string, find: string, replace: string, ...seenBy: string[]): Mutation =>
  mutation(`server/${file}`, find, replace, ...seenBy)

const machinery = (file: string, find: string, replace: string, ...seenBy: string[]): Mutation =>
  mutation(`machinery/${file}`, find, replace, ...seenBy)

export const mutations: readonly Mutation[] = [
  // Codes, reasons and messages.
  server(
    'handlers/create.ts',
    "return { type: 'row', status: 201",
    "return { type: 'row', status: 200",
    'create/objects',
  ),
  machinery('errors.ts', "return failure(404, 'NotFound', `${", "return failure(410, 'NotFound', `${", 'get/objects'),
  machinery('errors.ts', "return failure(409, 'AlreadyExists'", "return failure(409, 'Conflict'", 'create/objects'),
  machinery('errors.ts', 'Operation cannot be fulfilled on', 'Operation cannot be done on', 'update/metadata'),
  machinery(
    'errors.ts',
    'causes: [...causes],\n  }\n  return failure(422',
    'causes: [],\n  }\n  return failure(422',
    'create/names',
  ),
  machinery('names/field-error.ts', "'Required value'", "'Required'", 'create/objects'),
  server('metadata.ts', 'does not match the name on the URL', 'is not the name on the URL', 'update/objects'),
  server('warnings.ts', '299 - ', '199 - ', 'create/fieldValidation'),
  machinery('apply/conflict.ts', 'Apply failed with 1 conflict', 'Apply failed with one conflict', 'apply/conflicts'),
  // Metadata that the server keeps.
  server('metadata.ts', 'metadata.generation = 1', 'metadata.generation = 2', 'create/objects'),
  server('metadata.ts', '  delete metadata.deletionGracePeriodSeconds\n', '', 'create/objects'),
  server('metadata.ts', "  keep(metadata, previous, 'creationTimestamp')\n", '', 'update/metadata'),
  server('metadata.ts', '  fillNulls(metadata.labels)\n', '', 'create/metadata'),
  server('metadata.ts', 'generateName(metadata.generateName)', 'metadata.generateName', 'generateName'),
  machinery('names/generate-name.ts', 'const SUFFIX_LENGTH = 5', 'const SUFFIX_LENGTH = 6', 'generateName'),
  server('admission.ts', '(old.metadata.generation ?? 0) + 1', '(old.metadata.generation ?? 0) + 2', 'update/objects'),
  machinery('names/field-error.ts', "'Too long'", "'Too large'", 'create/metadata'),
  server(
    'handlers/delete.ts',
    'marked.metadata.generation += 1',
    'marked.metadata.generation += 2',
    'delete/finalizers',
  ),
  server(
    'admission.ts',
    "if (subresources.status !== undefined && subresource === '')",
    "if (subresources.status === undefined && subresource === '')",
    'update/status',
  ),
  // Reading and refusing bodies.
  server('admission.ts', "texts.length > 0 && validation === 'Strict'", 'texts.length < 0', 'create/fieldValidation'),
  server(
    'submitted.ts',
    'else if (schema !== undefined) applyDefaults(schema, object)',
    'else if (schema === undefined) applyDefaults(schema, object)',
    'create/defaults',
  ),
  server(
    'submitted.ts',
    'if (printAsGo !== undefined) printAsGo(object)',
    'if (schema === undefined) return',
    'create/names/role',
  ),
  server('options.ts', 'return values.length > 0', 'return values.length > 1', 'dryRun'),
  machinery('names/label.ts', 'byteLength(value) > 63', 'byteLength(value) > 64', 'create/metadata'),
  machinery('names/dns.ts', 'byteLength(value) > 253', 'byteLength(value) > 254', 'create/names'),
  // Writes that lose, change nothing, or wait for finalizers.
  server(
    'handlers/update.ts',
    "if (given !== '' && given !== String",
    "if (given === '-' && given !== String",
    'update/metadata',
  ),
  server(
    'handlers/update.ts',
    'if (await isUnchanged(context, object, old, current)) return current',
    '',
    'update/objects',
    'watch/events',
  ),
  server(
    'handlers/update.ts',
    'definition.createOnUpdate !== true',
    'definition.createOnUpdate === true',
    'update/objects',
  ),
  server('handlers/delete.ts', '    checkPreconditions(context, old, name, options)\n', '', 'delete/options'),
  server(
    'handlers/delete.ts',
    'deletionGracePeriodSeconds = 0',
    'deletionGracePeriodSeconds = 30',
    'delete/finalizers',
  ),
  machinery('names/field-error.ts', 'Unsupported value: ', 'Unknown value: ', 'create/schema'),
  server(
    'handlers/delete.ts',
    '    kind: definition.names.plural,\n    uid,',
    '    kind: definition.names.plural,',
    'delete/options',
  ),
  server(
    'handlers/finalizers.ts',
    "if (propagation === 'Orphan')",
    "if (propagation !== 'Orphan')",
    'delete/finalizers',
    'delete/options',
  ),
  server(
    'handlers/delete-collection.ts',
    "'list', definition, rows, metadata }",
    "'list', definition, rows: [], metadata }",
    'deletecollection',
  ),
  // Patches and applies.
  machinery('patch/json-patch.ts', "case 'test':", "case 'test-':", 'patch/json'),
  machinery(
    'patch/merge-patch.ts',
    'else if (patch[key] !== null) setKey',
    'else if (patch[key] !== 0) setKey',
    'patch/merge',
  ),
  machinery('apply/updater.ts', 'if (!force) for (const path', 'if (force) for (const path', 'apply/conflicts'),
  machinery(
    'apply/remove-items.ts',
    '    if (set.get(element)?.member === true) continue\n    const below = withPrefix(set, element)\n    const item',
    '    const below = withPrefix(set, element)\n    const item',
    'apply/',
  ),
  // Schemas.
  machinery(
    'schema/list-type.ts',
    "if (schema.listType !== 'map') return []",
    'return []',
    'create/schema-values',
    'create/schema',
  ),
  machinery(
    'schema/scalar-validator.ts',
    'minLength !== undefined && (text',
    'minLength === -1 && (text',
    'create/schema',
  ),
  machinery('schema/validate.ts', 'BLOCKING.has(reason)', "BLOCKING.has('-')", 'create/rules', 'create/schema'),
  machinery(
    'schema/validate.ts',
    '    validateEmbeddedResources(schema, value as Json, path),\n    validateListSetsAndMaps',
    '    validateListSetsAndMaps',
    'create/embedded',
  ),
  // Lists and watches.
  machinery(
    'selectors/field-selector.ts',
    "operator === '!=' ? '!=' : '='",
    "operator === '!=' ? '=' : '='",
    'list/fieldSelector',
  ),
  server('handlers/list.ts', '{ remainingItemCount: left }', '{}', 'list/pages'),
  server(
    'watch-events.ts',
    "'k8s.io/initial-events-end': 'true'",
    "'k8s.io/initial-events-end': 'false'",
    'watch/watchList',
  ),
  server(
    'handlers/watch-sender.ts',
    "send(before ? 'MODIFIED' : 'ADDED'",
    "send(before ? 'MODIFIED' : 'MODIFIED'",
    'watch/events',
  ),
  server(
    'handlers/watch-sender.ts',
    "else if (before) send('DELETED'",
    "else if (!before) send('DELETED'",
    'watch/events',
  ),
  server(
    'printers/table.ts',
    "if (includeObject === 'None') return null",
    "if (includeObject === 'Object') return null",
    'tables',
  ),
  server('printers/table.ts', "typeof value === 'number' ? Math.trunc(value) : null", 'null', 'tables'),
  // Built-in kinds.
  server(
    'builtins/config-data.ts',
    'if (old.immutable !== true) return []',
    'if (old.immutable !== false) return []',
    'update/immutable',
  ),
  server('builtins/secret.ts', 'object.type === old.type ? []', 'object.type !== undefined ? []', 'update/immutable'),
  server('builtins/namespace.ts', "object.status = { phase: 'Active' }", 'object.status = {}', 'create/namespaces'),
  machinery('names/field-error.ts', "field, 'Forbidden'", "field, 'Denied'", 'update/immutable'),
  server(
    'authorization/role-admission.ts',
    '  if (missing.length > 0) return refuse(escalationMessage',
    '  if (missing.length > 99) return refuse(escalationMessage',
    'create/escalation',
  ),
  server(
    'apiextensions/crd-names.ts',
    'the initial names have been accepted',
    'the names have been accepted',
    'create/definitions',
  ),
  machinery('names/field-error.ts', 'Duplicate value: ', 'Double value: ', 'create/schema'),
]
