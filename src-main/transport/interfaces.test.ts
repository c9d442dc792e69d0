import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { chooseInterface, InterfaceError, interfaceOf, usableInterfaces } from './interfaces';

function v4(address: string, internal = false): NetworkInterfaceInfo {
  return {
    address,
    netmask: '255.255.255.0',
    family: 'IPv4',
    mac: '00:00:00:00:00:01',
    internal,
    cidr: `${address}/24`,
  };
}

function v6(address: string, internal = false): NetworkInterfaceInfo {
  return { address, netmask: 'ffff::', family: 'IPv6', scopeid: 2, mac: '00:00:00:00:00:01', internal, cidr: null };
}

const LO = { lo: [v4('127.0.0.1', true), v6('::1', true)] };
const SYSTEM = {
  ...LO,
  docker0: [v4('172.17.0.1')],
  wlan1: [v4('169.254.3.4')],
  eth0: [v6('fe80::1'), v4('192.168.1.7')],
};

describe('interfaces', () => {
  it('puts what probably leads to the classroom first', () => {
    expect(usableInterfaces({}, SYSTEM).map(({ address }) => address)).toEqual([
      '192.168.1.7',
      '169.254.3.4',
      'fe80::1',
      '172.17.0.1',
      '127.0.0.1',
      '::1',
    ]);
    expect(chooseInterface(undefined, {}, SYSTEM)).toMatchObject({ name: 'eth0', address: '192.168.1.7' });
  });

  it('uses loopback only where it is asked for', () => {
    expect(() => chooseInterface(undefined, {}, LO)).toThrow(InterfaceError);
    expect(chooseInterface('127.0.0.1', {}, LO).loopback).toBe(true);
    expect(chooseInterface(undefined, { TUTTI_INTERFACE: '127.0.0.1' }, SYSTEM).address).toBe('127.0.0.1');
  });

  it('is restricted as a whole by TUTTI_INTERFACE', () => {
    const environment = { TUTTI_INTERFACE: '127.0.0.1, ::1' };
    expect(usableInterfaces(environment, SYSTEM).map(({ address }) => address)).toEqual(['127.0.0.1', '::1']);
    expect(() => chooseInterface('192.168.1.7', environment, SYSTEM)).toThrow(/It has: 127\.0\.0\.1, ::1\./);
    expect(() => chooseInterface(undefined, { TUTTI_INTERFACE: '10.9.9.9' }, SYSTEM)).toThrow(/10\.9\.9\.9/);
  });

  it('says what there is when an address is not there', () => {
    expect(() => chooseInterface('10.1.1.1', {}, {})).toThrow('It has: none.');
  });

  it('names an interface as sockets want it for the group', () => {
    expect(interfaceOf('192.168.1.7', '239.1.1.1', {}, SYSTEM)).toBe('192.168.1.7');
    expect(interfaceOf('fe80::1', '239.1.1.1', {}, SYSTEM)).toBe('192.168.1.7');
    expect(interfaceOf('192.168.1.7', 'ff15::1', {}, SYSTEM)).toBe('::%eth0');
    expect(() => interfaceOf('fe80::1', '239.1.1.1', {}, { eth0: [v6('fe80::1')] })).toThrow(/no IPv4 address/);
    expect(() => interfaceOf('10.1.1.1', '239.1.1.1', {}, SYSTEM)).toThrow(InterfaceError);
  });
});
