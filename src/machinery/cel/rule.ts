/** Rules of x-kubernetes-validations, compiled (apiextensions-apiserver schema/cel/compilation.go). */
import { findFieldPath } from '../schema/schema-field-path.ts'
import type { StructuralSchema, ValidationRule } from '../schema/structural-schema.ts'
import { type Environment, withVariables } from './environment.ts'
import { kubernetesEnvironment } from './kubernetes.ts'
import { type CompileFault, compileExpression, type Program } from './program.ts'
import { declaredType, type SchemaType } from './schema-type.ts'
import { optionalType } from './type.ts'

export interface CompiledRule {
  readonly rule: ValidationRule
  /** Undefined for a rule that is empty or does not compile. */
  readonly program: Program | undefined
  readonly error: string | undefined
  readonly messageProgram: Program | undefined
  readonly messageError: string | undefined
  readonly usesOldSelf: boolean
  /** Where the rule reports to, from the place of the rule; empty for the place itself. */
  readonly fieldPath: string
}

/** Upstream's has a number that changes with every compilation. */
const SELF_TYPE = 'selfType'

/** Compiles the rules of one schema, not those within it. */
export function compileRules(schema: StructuralSchema, schemaType: SchemaType): CompiledRule[] {
  if (schema.validations.length === 0) return []
  const self = declaredType(schemaType, SELF_TYPE)
  return schema.validations.map((rule) => {
    const oldSelf = rule.optionalOldSelf === true ? optionalType(self) : self
    return compileRule(schema, rule, withVariables(kubernetesEnvironment(), { self, oldSelf }))
  })
}

const NOTHING = {
  program: undefined,
  error: undefined,
  messageProgram: undefined,
  messageError: undefined,
  usesOldSelf: false,
  fieldPath: '',
} as const

function compileRule(schema: StructuralSchema, rule: ValidationRule, environment: Environment): CompiledRule {
  if (rule.rule.trim() === '') return { ...NOTHING, rule }
  const program = compileExpression(rule.rule, environment)
  const type = program.ok ? program.value.type : program.error.type
  if (type !== undefined && type.kind !== 'bool') {
    return { ...NOTHING, rule, error: 'cel expression must evaluate to a bool' }
  }
  if (!program.ok) return { ...NOTHING, rule, error: faultText(program.error, 'program instantiation') }
  const compiled = { ...NOTHING, rule, program: program.value, usesOldSelf: program.value.uses('oldSelf') }
  const message = rule.messageExpression ? compileMessage(rule.messageExpression, environment) : undefined
  if (message?.messageError !== undefined) return { ...compiled, ...message }
  const found = rule.fieldPath ? findFieldPath(rule.fieldPath, schema, { arrayNotation: true }) : undefined
  return { ...compiled, ...message, fieldPath: found?.ok ? found.value.path : '' }
}

function faultText({ stage, text }: CompileFault, instantiation: string): string {
  return `${stage === 'compilation' ? stage : instantiation} failed: ${text}`
}

function compileMessage(text: string, environment: Environment): Pick<CompiledRule, 'messageProgram' | 'messageError'> {
  const program = compileExpression(text, environment)
  const failure = (messageError: string) => ({ messageProgram: undefined, messageError })
  const type = program.ok ? program.value.type : program.error.type
  if (type !== undefined && type.kind !== 'string') return failure('messageExpression must evaluate to a string')
  if (!program.ok) return failure(`messageExpression ${faultText(program.error, 'instantiation')}`)
  return { messageProgram: program.value, messageError: undefined }
}
