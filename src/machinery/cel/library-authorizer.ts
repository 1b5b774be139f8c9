/**
 * `authorizer` (apiserver/pkg/cel/library/authz.go): whether somebody may do something. Expressions are evaluated in one go,
 * while an answer may take a look at the store; so what has not been answered yet ends the evaluation with `AnswerNeeded`, and
 * it is begun anew with the answer (`evaluateAsking`). A question costs so much that an expression can put two.
 */
import { isDNS1123Label, isDNS1123Subdomain } from '../names/dns.ts'
import { defineFunction, type Library } from './declaration.ts'
import { opaqueType, type Type } from './type.ts'
import { celError, type OpaqueValue, type Result, type Value } from './value.ts'

const GROUP = 'kubernetes.authorization'
export const AUTHORIZER: Type = opaqueType(`${GROUP}.Authorizer`)
const PATH_CHECK: Type = opaqueType(`${GROUP}.PathCheck`)
const GROUP_CHECK: Type = opaqueType(`${GROUP}.GroupCheck`)
export const RESOURCE_CHECK: Type = opaqueType(`${GROUP}.ResourceCheck`)
const DECISION: Type = opaqueType(`${GROUP}.Decision`)

/** May they? Texts that are empty are not said. */
export interface AuthorizationQuestion {
  /** Absent: whoever sends the request. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string }
  readonly verb: string
  /** Of a question that is about no resource. */
  readonly path?: string
  readonly group: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  readonly fieldSelector: string
  readonly labelSelector: string
}

export interface AuthorizationAnswer {
  readonly allowed: boolean
  readonly reason: string
  /** Empty where the question could be answered. */
  readonly error: string
}

/** What has been answered, by the question as JSON. Kept for one request. */
export type Answers = Map<string, AuthorizationAnswer>

/** An evaluation cannot go on without the answer. */
export class AnswerNeeded extends Error {
  override readonly name = 'AnswerNeeded'
  readonly question: AuthorizationQuestion

  constructor(question: AuthorizationQuestion) {
    super('an authorization question is open')
    this.question = question
  }
}

interface Check {
  readonly answers: Answers
  readonly question: AuthorizationQuestion
}

const NOTHING: AuthorizationQuestion = {
  verb: '',
  group: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  fieldSelector: '',
  labelSelector: '',
}

function opaque(type: Type, value: unknown): OpaqueValue {
  return { kind: 'opaque', type, value, equals: (other) => other.value === value }
}

/** The variable `authorizer`. */
export function authorizerValue(answers: Answers): Value {
  return opaque(AUTHORIZER, { answers, question: NOTHING } satisfies Check)
}

/** The variable `authorizer.requestResource`. */
export function resourceCheckValue(
  answers: Answers,
  resource: Pick<AuthorizationQuestion, 'group' | 'resource' | 'subresource' | 'namespace' | 'name'>,
): Value {
  return opaque(RESOURCE_CHECK, { answers, question: { ...NOTHING, ...resource } } satisfies Check)
}

function refined(type: Type, { value }: OpaqueValue, part: Partial<AuthorizationQuestion>): Result {
  const { answers, question } = value as Check
  return opaque(type, { answers, question: { ...question, ...part } } satisfies Check)
}

function asServiceAccount(authorizer: OpaqueValue, namespace: string, name: string): Result {
  if (isDNS1123Subdomain(name).length > 0) return celError('Invalid service account name')
  if (isDNS1123Label(namespace).length > 0) return celError('Invalid service account namespace')
  return refined(AUTHORIZER, authorizer, { serviceAccount: { namespace, name } })
}

function check(subject: OpaqueValue, verb: string): Result {
  const { answers, question } = subject.value as Check
  const asked = { ...question, verb }
  const answer = answers.get(JSON.stringify(asked))
  if (answer === undefined) throw new AnswerNeeded(asked)
  return opaque(DECISION, answer)
}

function answerOf({ value }: OpaqueValue): AuthorizationAnswer {
  return value as AuthorizationAnswer
}

function refine(field: 'subresource' | 'namespace' | 'name' | 'fieldSelector' | 'labelSelector', id: string) {
  return defineFunction(field, [
    [
      id,
      `${RESOURCE_CHECK.name}.(string) -> ${RESOURCE_CHECK.name}`,
      (subject: OpaqueValue, text: string) => refined(RESOURCE_CHECK, subject, { [field]: text }),
    ],
  ])
}

function notEmpty(what: string, text: string, make: () => Result): Result {
  return text.trim() === '' ? celError(`${what} must not be empty`) : make()
}

export const AUTHORIZATION: Library = {
  functions: [
    defineFunction('path', [
      [
        'authorizer_path',
        `${AUTHORIZER.name}.(string) -> ${PATH_CHECK.name}`,
        (authorizer: OpaqueValue, path: string) =>
          notEmpty('path', path, () => refined(PATH_CHECK, authorizer, { path })),
      ],
    ]),
    defineFunction('group', [
      [
        'authorizer_group',
        `${AUTHORIZER.name}.(string) -> ${GROUP_CHECK.name}`,
        (authorizer: OpaqueValue, group: string) => refined(GROUP_CHECK, authorizer, { group }),
      ],
    ]),
    defineFunction('serviceAccount', [
      ['authorizer_serviceaccount', `${AUTHORIZER.name}.(string, string) -> ${AUTHORIZER.name}`, asServiceAccount],
    ]),
    defineFunction('resource', [
      [
        'groupcheck_resource',
        `${GROUP_CHECK.name}.(string) -> ${RESOURCE_CHECK.name}`,
        (group: OpaqueValue, resource: string) =>
          notEmpty('resource', resource, () => refined(RESOURCE_CHECK, group, { resource })),
      ],
    ]),
    refine('subresource', 'resourcecheck_subresource'),
    refine('namespace', 'resourcecheck_namespace'),
    refine('name', 'resourcecheck_name'),
    refine('fieldSelector', 'authorizer_fieldselector'),
    refine('labelSelector', 'authorizer_labelselector'),
    defineFunction('check', [
      ['pathcheck_check', `${PATH_CHECK.name}.(string) -> ${DECISION.name}`, check],
      ['resourcecheck_check', `${RESOURCE_CHECK.name}.(string) -> ${DECISION.name}`, check],
    ]),
    defineFunction('errored', [
      ['decision_errored', `${DECISION.name}.() -> bool`, (decision: OpaqueValue) => answerOf(decision).error !== ''],
    ]),
    defineFunction('error', [
      ['decision_error', `${DECISION.name}.() -> string`, (decision: OpaqueValue) => answerOf(decision).error],
    ]),
    defineFunction('allowed', [
      ['decision_allowed', `${DECISION.name}.() -> bool`, (decision: OpaqueValue) => answerOf(decision).allowed],
    ]),
    defineFunction('reason', [
      ['decision_reason', `${DECISION.name}.() -> string`, (decision: OpaqueValue) => answerOf(decision).reason],
    ]),
  ],
  types: [AUTHORIZER, PATH_CHECK, GROUP_CHECK, RESOURCE_CHECK, DECISION],
}
