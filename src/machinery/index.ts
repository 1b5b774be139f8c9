/** The door of the object model: the only file of this room that other rooms import. */
export { mergeConfiguration } from './apply/apply-configuration.ts'
export { builtInType, emptyObjectOf } from './apply/built-in-type.ts'
export { conflictCauses, conflictMessage } from './apply/conflict.ts'
export { applyPatch, type FieldManager, managedAfterUpdate } from './apply/field-manager.ts'
export { type FieldSet, fieldSetOf } from './apply/field-set.ts'
export type { FieldType } from './apply/field-type.ts'
export { managedOfScale, managedOfScaled, type ReplicasPaths } from './apply/scale-handler.ts'
export { typeOfSchema } from './apply/schema-type.ts'
export type { Versions } from './apply/updater.ts'
export {
  type Activation,
  type AdmissionExpression,
  compileAdmissionExpression,
  type ExpressionScope,
  evaluateExpressions,
  OUT_OF_BUDGET,
  type Outcome,
  variableType,
} from './cel/admission-expression.ts'
export { JSON_PATCH, OBJECT } from './cel/admission-types.ts'
export { dynamicValue, jsonOf } from './cel/dynamic-value.ts'
export {
  type Answers,
  type AuthorizationAnswer,
  type AuthorizationQuestion,
  authorizerValue,
  resourceCheckValue,
} from './cel/library-authorizer.ts'
export { type CheckedKind, checkPolicyTypes } from './cel/policy-types.ts'
export { BOOL, listType, NULL, STRING, type Type } from './cel/type.ts'
export type { Value } from './cel/value.ts'
export { parseDuration } from './duration.ts'
export * from './errors.ts'
export * from './http.ts'
export { ageOf, humanDuration } from './human-duration.ts'
export { makeDirectories } from './make-directories.ts'
export * from './metrics.ts'
export * from './names/dns.ts'
export * from './names/field-error.ts'
export * from './names/finalizers.ts'
export * from './names/generate-name.ts'
export * from './names/go-text.ts'
export * from './names/label.ts'
export * from './names/managed-fields.ts'
export { byteLength } from './names/messages.ts'
export * from './names/name-rule.ts'
export * from './names/object-meta.ts'
export * from './names/owner-references.ts'
export { dropRepeatedOwners, repeatedOwnersWarning } from './names/repeated-owners.ts'
export * from './object.ts'
export * from './patch/json-patch.ts'
export { jsonPatchFault } from './patch/json-patch-fault.ts'
export * from './patch/merge-patch.ts'
export type { PatchError, PatchResult } from './patch/patch-result.ts'
export type { PatchField, PatchSchema } from './patch/patch-schema.ts'
export { goMap } from './patch/strategic-directives.ts'
export * from './patch/strategic-merge-patch.ts'
export * from './quantity.ts'
export * from './result.ts'
export { hashSchema, sortedKeys } from './schema/canonical-json.ts'
export { CONDITION_SCHEMA } from './schema/condition.ts'
export {
  defaultCustomResourceDefinition,
  validateCustomResourceDefinition,
  validateCustomResourceDefinitionStatus,
} from './schema/custom-resource-definition.ts'
export { isCABundle } from './schema/custom-resource-definition-conversion.ts'
export * from './schema/default.ts'
export { embeddedTypeError } from './schema/embedded-metadata.ts'
export * from './schema/json-path.ts'
export { goKind, metadataTypeError, pruneMetadata } from './schema/object-meta-fields.ts'
export * from './schema/prune.ts'
export * from './schema/structural.ts'
export * from './schema/structural-schema.ts'
export { unrecognizedFormats } from './schema/unrecognized-formats.ts'
export * from './schema/validate.ts'
export * from './selectors/field-selector.ts'
export type { LabelOperator, LabelRequirement } from './selectors/label-requirement.ts'
export * from './selectors/label-selector.ts'
export { goJsonError } from './wire/go-json-error.ts'
export { decodeJson, duplicateFields, strictDecodingError } from './wire/json.ts'
export * from './wire/manifest.ts'
export * from './wire/protobuf/decode.ts'
export {
  encodeItems,
  encodeProtobuf,
  encodeWatchFrame,
  PROTOBUF_TAIL,
  protobufHead,
} from './wire/protobuf/encode.ts'
export { goDecodingError } from './wire/protobuf/go-decoding-error.ts'
export type { MessageField, MessageTable } from './wire/protobuf/message-table.ts'
export { encodeOpenAPIV2 } from './wire/protobuf/openapi-v2.ts'
export { patchSchemaOf } from './wire/protobuf/patch-schema.ts'
export { emptyListsDropper, printAsGo } from './wire/protobuf/print-as-go.ts'
export { messageNamed, messageOf } from './wire/protobuf/registry.ts'
export { structuralSchemaOf } from './wire/protobuf/schema.ts'
export {
  partBytes,
  readBool,
  readerOf,
  readInt64,
  readPart,
  readTag,
  skipValue,
  type WireReader,
} from './wire/protobuf/wire-reader.ts'
export {
  closeField,
  extent,
  newWriter,
  type WireWriter,
  writeBytesField,
  writeNumberField,
  writeTextField,
  written,
} from './wire/protobuf/wire-writer.ts'
export * from './wire/yaml.ts'
export * from './wire/yaml-print.ts'
