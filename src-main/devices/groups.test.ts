import { describe, expect, it } from 'vitest';
import { DEFAULT_GROUPS, GroupsError, parseGroups } from './groups';

describe('groups', () => {
  it('are all from the first to the last, each with a port of its own', () => {
    expect(parseGroups('239.255.7.254-239.255.8.1')).toEqual([
      { address: '239.255.7.254', port: 1758 },
      { address: '239.255.7.255', port: 1759 },
      { address: '239.255.8.0', port: 1760 },
      { address: '239.255.8.1', port: 1761 },
    ]);
    expect(parseGroups('239.255.7.1')).toEqual([{ address: '239.255.7.1', port: 1758 }]);
    expect(parseGroups(DEFAULT_GROUPS)).toHaveLength(16);
  });

  it.each([
    '',
    'everybody',
    '10.0.0.1-10.0.0.9',
    '224.0.0.1',
    '239.255.0.9-239.255.0.1',
    '239.255.0.1-239.255.0.2-239.255.0.3',
    'ff02::1',
    '239.255.0.0-239.255.1.0',
  ])('cannot be %j', (text) => {
    expect(() => parseGroups(text)).toThrow(GroupsError);
  });
});
