import type { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { LocalSubnets } from './local-subnets';

type System = ReturnType<typeof networkInterfaces>;

const info = (cidr: string, family: 'IPv4' | 'IPv6', internal = false) => ({
  address: cidr.split('/')[0] ?? '',
  netmask: '',
  family,
  mac: '',
  internal,
  cidr,
  ...(family === 'IPv6' ? { scopeid: 0 } : {}),
});

const SYSTEM = {
  lo: [info('127.0.0.1/8', 'IPv4', true)],
  eth0: [info('192.168.7.20/24', 'IPv4'), info('fd00:7::20/64', 'IPv6')],
  wlan0: [info('10.1.2.3/20', 'IPv4')],
} as System;

describe('local subnets', () => {
  it.each([
    ['192.168.7.255', true],
    ['192.168.8.1', false],
    ['10.1.15.254', true],
    ['10.1.16.1', false],
    ['127.3.2.1', true],
    ['8.8.8.8', false],
    ['fd00:7::99', true],
    ['fd00:8::99', false],
  ])('%s: %s', (address, isLocal) => {
    expect(new LocalSubnets({}, () => SYSTEM).includes(address, 0)).toBe(isLocal);
  });

  it('are those of the interfaces that Tutti may use', () => {
    const subnets = new LocalSubnets({ TUTTI_INTERFACE: '127.0.0.1' }, () => SYSTEM);
    expect([subnets.includes('127.0.0.1', 0), subnets.includes('192.168.7.1', 0)]).toEqual([true, false]);
  });

  it('tell which interface an address is behind', () => {
    const subnets = new LocalSubnets({}, () => SYSTEM);
    const behind = (own: string) =>
      ['192.168.7.1', '10.1.2.4', '127.0.0.1'].map((address) => subnets.shares(own, address, 0));
    expect(behind('192.168.7.20')).toEqual([true, false, false]);
    expect(behind('10.1.2.3')).toEqual([false, true, false]);
    expect(behind('172.16.0.1')).toEqual([false, false, false]);
  });

  it('follow the machine into another network, with one look for many requests', () => {
    let looks = 0;
    let system: System = SYSTEM;
    const subnets = new LocalSubnets({}, () => {
      looks++;
      return system;
    });
    for (let now = 0; now < 5000; now++) subnets.includes('192.168.7.1', now);
    expect(looks).toBe(1);
    system = {};
    expect(subnets.includes('192.168.7.1', 5000)).toBe(false);
  });
});
