/** The environment that Kubernetes 1.35 gives to expressions (apiserver/pkg/cel/environment/base.go). */
import { createEnvironment, type Environment } from './environment.ts'
import { ADDRESSES } from './library-addresses.ts'
import { AUTHORIZATION } from './library-authorizer.ts'
import { CONVERSIONS } from './library-conversions.ts'
import { NAMED_FORMATS } from './library-format.ts'
import { LISTS } from './library-lists.ts'
import { OPERATORS } from './library-operators.ts'
import { OPTIONALS } from './library-optionals.ts'
import { QUANTITIES } from './library-quantity.ts'
import { SEMVERS } from './library-semver.ts'
import { STRINGS } from './library-strings.ts'
import { TEXT_AND_TIME } from './library-text-and-time.ts'
import { URLS } from './library-url.ts'

const LIBRARIES = [
  OPERATORS,
  CONVERSIONS,
  TEXT_AND_TIME,
  OPTIONALS,
  STRINGS,
  LISTS,
  ADDRESSES,
  URLS,
  QUANTITIES,
  SEMVERS,
  NAMED_FORMATS,
  AUTHORIZATION,
]

let environment: Environment | undefined

/** Without variables; made when it is first asked for, and the same for all. */
export function kubernetesEnvironment(): Environment {
  environment ??= createEnvironment(LIBRARIES)
  return environment
}
