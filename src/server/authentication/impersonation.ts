/**
 * Acting as somebody else: the `Impersonate-*` headers by upstream's rules (apiserver/pkg/endpoints/filters/impersonation),
 * inside kcp's (pkg/server/filters/impersonation.go).
 */
import { forbidden, type Headers, type StatusError, type UserInfo } from '../../machinery/index.ts'
import {
  type ConstrainedMode,
  constrainedMode,
  type ImpersonationAttributes,
  impersonationRequests,
  impliedGroups,
  refusedByMode,
} from './impersonation-modes.ts'
import { isLocal } from './local-user.ts'
import {
  ALL_AUTHENTICATED,
  ALL_UNAUTHENTICATED,
  ANONYMOUS,
  CLUSTER_NAME,
  EXTERNAL_LOGICAL_CLUSTER_ADMIN,
  isLifecycleGroup,
  KCP_ADMIN,
  LOGICAL_CLUSTER_ADMIN,
  SCOPES,
  SYSTEM_MASTERS,
  WARRANT,
  WORKSPACE_BOOTSTRAPPER,
} from './users.ts'
import { type WantedUser, wantedUser } from './wanted-user.ts'

/** kcp: nobody can become a member of these who is not one already. */
const SPECIAL_GROUPS = new Set([
  SYSTEM_MASTERS,
  LOGICAL_CLUSTER_ADMIN,
  EXTERNAL_LOGICAL_CLUSTER_ADMIN,
  WORKSPACE_BOOTSTRAPPER,
  KCP_ADMIN,
  ALL_AUTHENTICATED,
])

export interface ImpersonationOptions {
  /** The logical cluster of the request's URL; empty when it names none. */
  readonly cluster: string
  /** Undefined when the caller may, else the 403 to answer. */
  readonly refuse: (attributes: ImpersonationAttributes) => Promise<StatusError | undefined>
  /** The same of the request itself, with the verb that a constrained mode has for it. */
  readonly refuseOn: (mode: ConstrainedMode) => Promise<StatusError | undefined>
}

/** The user as whom the request goes on: the caller, unless its headers name another. Throws 400 and 403. */
export async function impersonate(
  headers: Headers,
  caller: UserInfo,
  options: ImpersonationOptions,
): Promise<UserInfo> {
  const wanted = wantedUser(headers)
  if (wanted === undefined) return caller
  const { cluster } = options
  const local = isLocal(caller, cluster)
  // Whoever is known in one logical cluster alone makes nobody who is known elsewhere.
  const isMaster = caller.groups.includes(SYSTEM_MASTERS) && !local
  if (!isMaster && wantsSpecial(wanted, caller)) {
    throw forbidden({ group: '', resource: '' }, '', 'impersonation is not allowed for the requestor')
  }
  const mode = await allowedMode(wanted, caller, options)
  const extra = {
    ...wanted.extra,
    ...(!isMaster && { [SCOPES]: [...(wanted.extra[SCOPES] ?? []), `cluster:${cluster}`] }),
    ...(local && { [CLUSTER_NAME]: [cluster] }),
  }
  return {
    username: wanted.username,
    ...(wanted.uid === '' ? {} : { uid: wanted.uid }),
    groups: effectiveGroups(wanted, mode),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  }
}

/** The first mode that lets the caller in, plain impersonation last; throws what the first of them refuses with. */
async function allowedMode(
  wanted: WantedUser,
  caller: UserInfo,
  { refuse, refuseOn }: ImpersonationOptions,
): Promise<ConstrainedMode | undefined> {
  const refusedIn = async (mode: ConstrainedMode | undefined): Promise<StatusError | undefined> => {
    if (mode !== undefined) {
      const refusal = (await refuseOn(mode)) ?? refusedByMode(wanted, caller, mode)
      if (refusal !== undefined) return refusal
    }
    for (const attributes of impersonationRequests(wanted, caller, mode)) {
      const refusal = await refuse(attributes)
      if (refusal !== undefined) return refusal
    }
    return undefined
  }
  const constrained = constrainedMode(wanted)
  const first = constrained === undefined ? undefined : await refusedIn(constrained)
  if (constrained !== undefined && first === undefined) return constrained
  const refusal = await refusedIn(undefined)
  if (refusal !== undefined) throw first ?? refusal
  return undefined
}

/** A warrant is a further identity that the request is judged by: whoever could choose one could choose any group. */
function wantsSpecial({ groups, extra }: WantedUser, caller: UserInfo): boolean {
  if (extra[WARRANT] !== undefined) return true
  const isSpecial = (group: string) => SPECIAL_GROUPS.has(group) || isLifecycleGroup(group)
  return groups.some((group) => isSpecial(group) && !caller.groups.includes(group))
}

/** Groups that are named are all there are; system:authenticated joins them unless they say otherwise. */
function effectiveGroups({ username, groups }: WantedUser, mode: ConstrainedMode | undefined): readonly string[] {
  const named = groups.length === 0 ? impliedGroups(username, mode) : groups
  if (username === ANONYMOUS) return named.includes(ALL_UNAUTHENTICATED) ? named : [...named, ALL_UNAUTHENTICATED]
  const says = named.includes(ALL_AUTHENTICATED) || named.includes(ALL_UNAUTHENTICATED)
  return says ? named : [...named, ALL_AUTHENTICATED]
}
