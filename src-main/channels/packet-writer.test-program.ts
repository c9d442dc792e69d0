import { PacketStore } from './packet-store';

/** Started by packet-store.test.ts, to be killed: says its process, then after each batch how many packets are stored. */
const CHANNEL = Buffer.from('0102030405060708', 'hex');
const BATCH = 100;

console.log(process.pid);
const store = await PacketStore.open(process.argv[2] ?? '');
for (let first = store.packetCount(CHANNEL); ; first += BATCH) {
  const batch = Array.from({ length: BATCH }, (_, i) => ({
    epoch: 1,
    sequence: first + i,
    time: first + i,
    bytes: Buffer.alloc(1_400, first + i),
  }));
  await store.put(CHANNEL, batch);
  console.log(first + BATCH);
}
