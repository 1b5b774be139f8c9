import type { Strategy } from '../definition.ts'

/** Strategy.admit of roles and bindings: nobody grants more than they hold. */
export const admitGrant: NonNullable<Strategy['admit']> = async (change, { user, cluster, services }) => {
  if (change.type === 'delete') return
  const old = change.type === 'update' ? change.old : undefined
  const refusal = await services.refuseEscalation({ user, cluster, object: change.object, old })
  if (refusal !== undefined) throw refusal
}
