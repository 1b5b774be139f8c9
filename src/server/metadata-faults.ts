/** What is wrong with the metadata of what is written, as upstream's strategies check it. */
import {
  type KubeObject,
  type NameRule,
  nameIsDNSLabel,
  nameIsDNSSubdomain,
  nameIsPathSegment,
  type ObjectMeta,
  type StatusCause,
  validateObjectMeta,
  validateObjectMetaUpdate,
  validateStandardFinalizers,
} from '../machinery/index.ts'
import type { ResourceDefinition } from './definition.ts'

/** What of a definition decides it: data, for the thread. */
export type MetadataRules = Pick<ResourceDefinition, 'namespaced' | 'nameRule' | 'builtIn' | 'group'>

export interface MetadataFaults {
  /** What keeps the rules of a schema from being run. */
  readonly found: readonly StatusCause[]
  /** What the client is told. */
  readonly causes: readonly StatusCause[]
}

const NAME_RULES: Readonly<Record<ResourceDefinition['nameRule'], NameRule>> = {
  DNS1123Subdomain: nameIsDNSSubdomain,
  DNS1123Label: nameIsDNSLabel,
  PathSegment: nameIsPathSegment,
}

export function rulesOf({ namespaced, nameRule, builtIn, group }: ResourceDefinition): MetadataRules {
  return { namespaced, nameRule, builtIn, group }
}

export function metadataFaults(
  rules: MetadataRules,
  metadata: ObjectMeta,
  old: ObjectMeta | undefined,
  subresource = '',
): MetadataFaults {
  if (old === undefined) {
    const found = [...faultsOf(rules, metadata), ...finalizerNames(rules, metadata)]
    return { found, causes: found }
  }
  const found = validateObjectMetaUpdate(metadata, old)
  const causes = [
    // Upstream checks metadata for every kind, and then each kind's own validation does so again, that of its status once less;
    // no text is said twice.
    ...(found.length === 0 ? [] : faultsOf(rules, metadata)),
    ...found,
    ...found,
    ...(found.length === 0 || !rules.builtIn || subresource === 'status' ? [] : faultsOf(rules, metadata)),
    ...finalizerNames(rules, metadata),
  ]
  return { found, causes }
}

function faultsOf({ namespaced, nameRule }: MetadataRules, metadata: ObjectMeta): StatusCause[] {
  return validateObjectMeta(metadata, { namespaced, nameRule: NAME_RULES[nameRule] })
}

/** Kubernetes' own kinds are stricter than extensions (pkg/apis/core/validation, ValidateObjectMeta). */
function finalizerNames({ builtIn, group }: MetadataRules, { finalizers }: KubeObject['metadata']): StatusCause[] {
  if (!builtIn || group === 'apiextensions.k8s.io') return []
  return validateStandardFinalizers(finalizers ?? [], 'metadata.finalizers')
}
