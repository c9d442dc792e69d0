import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeskTime, PairingDesk, type PairingDeskOptions, type Refusal, type Turn } from './pairing-desk';

/** Time that moves only when told to. */
class HandFedTime implements DeskTime {
  private time = 0;
  private timers: { readonly due: number; readonly callback: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { due: this.time + ms, callback };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  get pending(): number {
    return this.timers.length;
  }

  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = this.timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.time = next.due;
      next.callback();
    }
    this.time = end;
  }
}

interface Visitor {
  turn: Turn;
  code?: string;
  refusal?: Refusal;
}

function open(options: Partial<PairingDeskOptions> = {}) {
  const time = new HandFedTime();
  const codes: (string | null)[] = [];
  let made = 0;
  const desk = new PairingDesk({
    time,
    makeCode: () => String(++made).padStart(8, '0'),
    onCode: (code) => codes.push(code),
    ...options,
  });
  const enter = (address: string): Visitor => {
    const visitor: Partial<Visitor> = {};
    const turn = desk.enter(address, {
      begin: (code) => {
        expect(visitor.code).toBeUndefined();
        visitor.code = code;
      },
      refuse: (refusal) => {
        expect(visitor.refusal).toBeUndefined();
        visitor.refusal = refusal;
      },
    });
    return Object.assign(visitor, { turn });
  };
  return { time, codes, desk, enter };
}

const trying = (visitors: readonly Visitor[]) =>
  visitors.filter(({ code, refusal }) => code !== undefined && refusal === undefined);

describe('the pairing desk', () => {
  it('gives five turns at once and the next as soon as one is proved', () => {
    const { desk, enter, codes } = open();
    const visitors = Array.from({ length: 30 }, (_, i) => enter(`10.0.0.${i}`));
    for (let done = 0; done < 30; done++) {
      expect(visitors.map(({ code }) => code !== undefined)).toEqual(visitors.map((_, i) => i < done + 5));
      visitors[done]?.turn.proved();
    }
    expect(visitors.every(({ code, refusal }) => code === '00000001' && refusal === undefined)).toBe(true);
    expect([desk.code, codes]).toEqual(['00000001', []]);
  });

  it('replaces the code with the fifth failure and tells all who wait', () => {
    const { time, desk, enter, codes } = open();
    const visitors = Array.from({ length: 8 }, (_, i) => enter(`10.0.0.${i}`));
    for (const visitor of visitors.slice(0, 4)) visitor.turn.failed();
    expect(codes).toEqual([]);
    expect(visitors.slice(5).every(({ code, refusal }) => code === undefined && refusal === undefined)).toBe(true);
    visitors[4]?.turn.failed();
    expect([codes, desk.code]).toEqual([['00000002'], '00000002']);
    expect(visitors.slice(5).map(({ refusal }) => refusal)).toEqual(['newCode', 'newCode', 'newCode']);
    // Who comes at once has typed the old code: that is no try of the new one.
    for (let i = 0; i < 30; i++) expect(enter(`10.0.1.${i}`)).toMatchObject({ refusal: 'newCode' });
    expect(codes).toHaveLength(1);
    time.advance(5_000);
    expect(enter('10.0.1.1')).toMatchObject({ code: '00000002' });
  });

  it.each<[string, (visitor: Visitor, time: HandFedTime) => void]>([
    ['a wrong proof', ({ turn }) => turn.failed()],
    ['a connection that goes', ({ turn }) => turn.left()],
    ['five seconds without a proof', (_, time) => time.advance(5_000)],
  ])('counts %s as a failure', (_, end) => {
    const { time, enter, codes } = open();
    for (let i = 0; i < 5; i++) end(enter(`10.0.0.${i}`), time);
    expect(codes).toEqual(['00000002']);
    expect(time.pending).toBe(0);
  });

  it('counts each turn once, however often its end is told', () => {
    const { enter, codes } = open();
    const one = enter('10.0.0.1');
    one.turn.proved();
    for (let i = 0; i < 9; i++) one.turn.failed();
    const two = enter('10.0.0.2');
    for (let i = 0; i < 9; i++) two.turn.left();
    expect(codes).toEqual([]);
  });

  it('forgets who leaves the queue, and refuses who waits too long', () => {
    const { time, enter, desk } = open();
    const holding = Array.from({ length: 5 }, (_, i) => enter(`10.0.0.${i}`));
    const [leaves, stays] = [enter('10.0.0.8'), enter('10.0.0.9')];
    leaves.turn.left();
    for (const { turn } of holding.slice(0, 1)) turn.proved();
    expect([leaves.code, stays.code]).toEqual([undefined, '00000001']);
    stays.turn.proved();
    // Four tries hang: each fails after five seconds; who waits behind a machine that has just failed is told to come back.
    time.advance(5_000);
    const again = enter('10.0.0.1');
    expect([again.code, desk.code]).toEqual([undefined, '00000001']);
    time.advance(2_000);
    expect(again.code).toBe('00000001');
    const behind = enter('10.0.0.20');
    again.turn.proved();
    expect(behind.code).toBe('00000001');
    const last = enter('10.0.0.21');
    time.advance(4_999);
    expect(last).not.toHaveProperty('refusal');
  });

  it('forgets nobody whose delay runs out while the clock is being read', () => {
    const turns: boolean[] = [];
    for (let waited = 1_980; waited <= 2_000; waited++) {
      const time = new HandFedTime();
      let read = 0;
      const moving = { now: () => time.now() + read++, after: time.after.bind(time) };
      const desk = new PairingDesk({ time: moving, onCode: () => {} });
      desk.enter('a', { begin: () => {}, refuse: () => {} }).failed();
      time.advance(waited);
      let begun = false;
      desk.enter('a', {
        begin: () => {
          begun = true;
        },
        refuse: () => {},
      });
      time.advance(1_000);
      turns.push(begun);
    }
    expect(turns).not.toContain(false);
  });

  it('refuses who waits longer than is worth while, and more than can wait', () => {
    const { time, enter } = open();
    const one = enter('10.0.0.1');
    const waiting = Array.from({ length: 32 }, () => enter('10.0.0.1'));
    expect(trying([one, ...waiting])).toEqual([one]);
    expect(enter('10.0.0.1').refusal).toBe('busy');
    // One turn is all that an address gets at a time: others are not behind it.
    expect(enter('10.0.0.2').code).toBe('00000001');
    one.turn.failed();
    time.advance(1_999);
    expect(trying(waiting)).toEqual([]);
    time.advance(1);
    expect(trying(waiting)).toHaveLength(1);
    const others = Array.from({ length: 80 }, (_, i) => enter(`10.0.${i % 4}.99`));
    expect(others.filter(({ refusal }) => refusal === 'busy').length).toBeGreaterThan(10);
    time.advance(12_000);
    expect([...waiting, ...others].every(({ refusal }) => refusal !== undefined)).toBe(true);
    expect(time.pending).toBe(0);
  });

  it('closes, opens with another code, and renews', () => {
    const { desk, enter, codes } = open();
    const early = [1, 2, 3, 4, 5, 6].map((i) => enter(`10.0.0.${i}`));
    desk.close();
    expect([desk.code, early.map(({ refusal }) => refusal)]).toEqual([null, Array(6).fill('closed')]);
    for (const { turn } of early) turn.failed();
    expect(enter('10.0.0.7').refusal).toBe('closed');
    desk.close();
    desk.renew();
    expect(desk.code).toBeNull();
    desk.open();
    desk.open();
    const late = enter('10.0.0.8');
    expect(late.code).toBe('00000002');
    desk.renew();
    expect(late.refusal).toBe('newCode');
    late.turn.proved();
    expect(enter('10.0.0.9').code).toBe('00000003');
    expect(codes).toEqual([null, '00000002', '00000003']);
  });

  it('begins with the code that is given, or closed', () => {
    expect(open({ code: '12345678' }).enter('10.0.0.1').code).toBe('12345678');
    expect(open({ code: null }).enter('10.0.0.1').refusal).toBe('closed');
  });

  it('is not worn out by one machine that guesses all day', () => {
    const { time, enter, codes } = open();
    let guesses = 0;
    const day = 24 * 3_600_000;
    while (time.now() < day) {
      const visitor = enter('10.0.0.66');
      if (visitor.code === undefined) time.advance(1_000);
      if (visitor.code !== undefined) guesses++;
      visitor.turn.left();
    }
    // A guess in five minutes, but for the first few.
    expect(guesses).toBeGreaterThan(200);
    expect(guesses).toBeLessThan(300);
    expect(codes.length).toBeLessThan(60);
  });

  it('gives a new code no sooner than a person can type it, from however many addresses it is guessed at', () => {
    const { time, enter, codes } = open();
    for (let i = 0; time.now() < 3_600_000; i++) {
      const visitor = enter(`host ${i}`);
      if (visitor.code === undefined) time.advance(100);
      visitor.turn.failed();
    }
    expect(codes.length).toBeGreaterThan(700);
    expect(codes.length).toBeLessThanOrEqual(720);
  });

  it('never has more than five tries of a code failed or under way', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('enter' as const), address: fc.nat({ max: 6 }) }),
      fc.record({ do: fc.constantFrom('proved' as const, 'failed' as const, 'left' as const), who: fc.nat() }),
      fc.record({ do: fc.constant('advance' as const), ms: fc.nat({ max: 7_000 }) }),
      fc.record({ do: fc.constantFrom('renew' as const, 'close' as const, 'open' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const { time, desk, enter } = open();
        const visitors: Visitor[] = [];
        const proved = new Set<Visitor>();
        for (const move of steps) {
          if (move.do === 'enter') visitors.push(enter(`10.0.0.${move.address}`));
          else if (move.do === 'advance') time.advance(move.ms);
          else if (!('who' in move)) desk[move.do]();
          else {
            const visitor = visitors[move.who % Math.max(1, visitors.length)];
            const wasTrying = visitor !== undefined && trying([visitor]).length === 1;
            visitor?.turn[move.do]();
            if (visitor !== undefined && wasTrying && move.do === 'proved') proved.add(visitor);
          }
          const ofCode = new Map<string, number>();
          for (const visitor of visitors) {
            if (visitor.code === undefined || proved.has(visitor)) continue;
            ofCode.set(visitor.code, (ofCode.get(visitor.code) ?? 0) + 1);
          }
          for (const tries of ofCode.values()) expect(tries).toBeLessThanOrEqual(5);
        }
        // Nobody is left without an answer, and no clock runs on.
        time.advance(30_000);
        expect(time.pending).toBe(0);
      }),
    );
  });
});
