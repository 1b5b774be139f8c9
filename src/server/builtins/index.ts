export type {
  AccessAnswer,
  AccessQuestion,
  AccessReviewers,
  NonResourceAttributes,
  ResourceAttributes,
  RulesAnswer,
  TokenAnswer,
} from './access-reviewers.ts'
export { builtinDefinitions } from './definitions.ts'
export { virtualUid } from './virtual-uid.ts'
