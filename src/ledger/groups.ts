import { GroupMembership, Model, ModelKind } from '../model'
import type { GroupJoined, GroupLeft, GroupRegistered } from './events'
import { originColumns, seeAccount } from './parties'
import type { LedgerState } from './state'

/** A group is registered as a model first (Story: by the log before), and told to be one then. */
export function groupRegistered(state: LedgerState, event: GroupRegistered): void {
  const group = state.get(Model, event.group)
  seeAccount(state, event.pool, event.origin)
  if (!group) return state.reject(event.origin, `group ${event.group} is not registered as a model`)
  group.kind = ModelKind.GROUP
  group.groupPoolId = event.pool
  state.put(Model, group)
}

/**
 * Membership is no lineage edge: the contracts' shares follow parents alone, and a member may descend from its group.
 * Who joins again gets the same row, with the new time.
 */
export function groupJoined(state: LedgerState, event: GroupJoined): void {
  const { origin, group, member } = event
  const id = `${group}|${member}`
  if (state.get(GroupMembership, id)?.active) return
  state.put(
    GroupMembership,
    new GroupMembership({
      id,
      groupId: group,
      memberId: member,
      active: true,
      leftAt: null,
      ...originColumns(origin),
    }),
  )
}

export function groupLeft(state: LedgerState, event: GroupLeft): void {
  const membership = state.get(GroupMembership, `${event.group}|${event.member}`)
  if (!membership?.active) return
  membership.active = false
  membership.leftAt = new Date(event.origin.time)
  state.put(GroupMembership, membership)
}
