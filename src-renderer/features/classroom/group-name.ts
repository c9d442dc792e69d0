import type { GroupView } from '../../../src-shared/ipc/snapshots';

/** Why a group cannot be called that; undefined where it can. `group` is the one that is renamed. */
export function nameProblem(
  name: string,
  group: GroupView | null,
  groups: readonly GroupView[],
): 'groupNameMissing' | 'groupNameTaken' | undefined {
  const wanted = name.trim();
  if (wanted === '') return 'groupNameMissing';
  return wanted !== group?.name && groups.some((other) => other.name === wanted) ? 'groupNameTaken' : undefined;
}
