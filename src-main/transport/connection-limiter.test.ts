import { describe, expect, it } from 'vitest';
import { ConnectionLimiter, type Place } from './connection-limiter';

function admitAll(limiter: ConnectionLimiter, address: string, count: number): Place[] {
  return Array.from({ length: count }, () => limiter.admit(address)).filter((place) => place !== undefined);
}

describe('ConnectionLimiter', () => {
  it('bounds the connections of one address and gives its places back', () => {
    const limiter = new ConnectionLimiter({ connections: 100, perAddress: 3, halfOpen: 100 });
    const places = admitAll(limiter, 'a', 5);
    expect(places).toHaveLength(3);
    expect(limiter.admit('b')).toBeDefined();
    places[0]?.release();
    places[0]?.release();
    expect(admitAll(limiter, 'a', 5)).toHaveLength(1);
  });

  it('bounds the half-open ones until they settle or go', () => {
    const limiter = new ConnectionLimiter({ connections: 100, perAddress: 100, halfOpen: 2 });
    const places = admitAll(limiter, 'a', 5);
    expect(places).toHaveLength(2);
    places[0]?.settle();
    places[0]?.settle();
    places[0]?.release();
    expect(admitAll(limiter, 'a', 5)).toHaveLength(1);
    places[1]?.release();
    expect(admitAll(limiter, 'a', 5)).toHaveLength(1);
  });

  it('bounds all together', () => {
    const limiter = new ConnectionLimiter({ connections: 4, perAddress: 3, halfOpen: 100 });
    const places = [...admitAll(limiter, 'a', 3), ...admitAll(limiter, 'b', 3)];
    expect(places).toHaveLength(4);
    for (const place of places) place.release();
    expect([...admitAll(limiter, 'a', 3), ...admitAll(limiter, 'b', 3)]).toHaveLength(4);
  });
});
