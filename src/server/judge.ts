/** Whether an object may be stored: what its metadata, its schema and its kind say. On the event loop, or on the thread beside it. */
import {
  finalizerWarnings,
  type KubeObject,
  type StatusCause,
  type StructuralSchema,
  validateValue,
  validateValueUpdate,
} from '../machinery/index.ts'
import type { JudgedContext, Strategy } from './definition.ts'
import { type MetadataFaults, type MetadataRules, metadataFaults } from './metadata-faults.ts'

/** What of a kind decides it. */
export interface Judged {
  /** Undefined where metadata has been judged before. */
  readonly rules: MetadataRules | undefined
  /** Undefined for one that its decoder vouches for. */
  readonly schema: StructuralSchema | undefined
  readonly strategy: Pick<Strategy, 'validate' | 'validateUpdate' | 'warn'>
}

const NO_FAULTS = { found: [], causes: [] } as const satisfies MetadataFaults

/**
 * One cause per fault; none when it may be stored.
 *
 * @param passedOver gets what is warned of besides: rules that were broken before
 */
export function causesOf(
  { rules, schema, strategy }: Judged,
  object: KubeObject,
  old: KubeObject | undefined,
  context: JudgedContext,
  passedOver: string[] = [],
): readonly StatusCause[] {
  const { found, causes } =
    rules === undefined ? NO_FAULTS : metadataFaults(rules, object.metadata, old?.metadata, context.subresource)
  const own =
    (old === undefined ? strategy.validate?.(object, context) : strategy.validateUpdate?.(object, old, context)) ?? []
  if (schema === undefined) return [...causes, ...own]
  const ofSchema =
    old === undefined
      ? validateValue(schema, object, '', found, own)
      : validateValueUpdate(schema, object, old, '', found, own, passedOver, partOf(context))
  return [...causes, ...ofSchema]
}

/** A write of the status is held to the status alone; only custom resources have a schema here. */
function partOf({ subresource }: JudgedContext): string {
  return subresource === 'status' ? 'status' : ''
}

/** What upstream warns of in an object that it takes. */
export function warningsOf(
  { rules, strategy }: Judged,
  object: KubeObject,
  old: KubeObject | undefined,
  context: JudgedContext,
): readonly string[] {
  const own = strategy.warn?.(object, old, context) ?? []
  return rules === undefined || rules.builtIn ? own : [...finalizerWarningsOf(object, old), ...own]
}

function finalizerWarningsOf({ metadata: { finalizers } }: KubeObject, old: KubeObject | undefined): string[] {
  if (finalizers === undefined) return []
  const before = new Set(old?.metadata.finalizers)
  const added = [...new Set(finalizers)].filter((name) => !before.has(name)).sort()
  return finalizerWarnings(added, 'metadata.finalizers')
}
