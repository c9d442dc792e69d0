import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { adapterKind } from './adapter-kind';

let adapters: string;
beforeEach(() => {
  adapters = mkdtempSync(join(tmpdir(), 'tutti-adapters-'));
});
afterEach(() => rmSync(adapters, { recursive: true, force: true }));

it('goes by the device on Linux', () => {
  mkdirSync(join(adapters, 'net0', 'device'), { recursive: true });
  mkdirSync(join(adapters, 'net1', 'device'), { recursive: true });
  mkdirSync(join(adapters, 'net1', 'wireless'));
  expect(adapterKind('net0', adapters)).toBe('wired');
  expect(adapterKind('net1', adapters)).toBe('wifi');
});

it.each([
  ['Wi-Fi', 'wifi'],
  ['WLAN 2', 'wifi'],
  ['Wireless Network Connection', 'wifi'],
  ['Ethernet 3', 'wired'],
  ['eth0', 'wired'],
  ['en0', 'unknown'],
  ['../../etc', 'unknown'],
])('goes by the name elsewhere: %s', (name, kind) => {
  expect(adapterKind(name, adapters)).toBe(kind);
});
