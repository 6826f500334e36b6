import fc from 'fast-check';
import { cancel, charge, outcome, PAY, Provider, TIMING, World } from '../test/world.js';
import { balances, type Transfer } from './ledger.js';
import { type PaymentMessage } from './messages.js';
import { awaited, STATUSES } from './payment.js';

/** `said`: carried out and answered. `unsaid`: carried out, but nobody hears of it. `undone`: never arrives. */
type Fate = 'said' | 'doubted' | 'unsaid' | 'undone';
type Move =
  | { readonly is: 'charge' | 'cancel' | 'due' | 'stale' }
  | { readonly is: 'answer'; readonly which: number; readonly fate: Fate }
  | { readonly is: 'repeat'; readonly which: number }
  | { readonly is: 'wait'; readonly ms: number };

const anyMove: fc.Arbitrary<Move> = fc.oneof(
  fc.constantFrom('charge', 'cancel', 'due', 'stale').map((is) => ({ is })),
  fc.record({
    is: fc.constant('answer' as const),
    which: fc.nat(5),
    fate: fc.constantFrom<Fate>('said', 'doubted', 'unsaid', 'undone'),
  }),
  fc.record({ is: fc.constant('repeat' as const), which: fc.nat(20) }),
  fc.record({ is: fc.constant('wait' as const), ms: fc.constantFrom(500, 5_000, 70_000) }),
);

const TERMINAL = ['declined', 'authorized', 'captured', 'voided', 'refunded'];

class Story {
  readonly world = new World();
  readonly provider: Provider;
  private readonly told: PaymentMessage[] = [];

  constructor(
    private readonly capture: 'automatic' | 'manual',
    approves: boolean,
  ) {
    this.provider = new Provider(approves);
  }

  play(move: Move): void {
    const { world } = this;
    switch (move.is) {
      case 'charge':
        this.tell(charge({ capture: this.capture }));
        break;
      case 'cancel':
        this.tell(cancel());
        break;
      case 'due':
        if (world.payment) world.due();
        break;
      case 'stale':
        if (world.payment) world.due(world.payment.version - 1);
        break;
      case 'answer':
        this.answer(move.which, move.fate);
        break;
      case 'repeat': {
        const again = this.told[move.which % Math.max(1, this.told.length)];
        if (again) world.tell(again);
        break;
      }
      case 'wait':
        world.now += move.ms;
        // No call outlives its deadline: it has happened by then, or it never will.
        world.pending = world.pending.filter(({ startedAt }) => world.now - startedAt < TIMING.timeoutMs);
    }
  }

  /** Everything that was asked for arrives, and the provider answers every time. */
  settle(): void {
    if (!this.world.payment?.terms) this.tell(charge({ capture: this.capture }));
    for (let round = 0; round < 10; round++) {
      while (this.world.pending.length > 0) this.answer(0, 'said');
      if (!this.world.payment || awaited(this.world.payment) === undefined) return;
      this.world.now += TIMING.quarantineMs;
      this.world.due();
    }
  }

  get wasCancelled(): boolean {
    return this.told.some(({ type }) => type === 'payment.cancel.v1');
  }

  private tell(message: PaymentMessage): void {
    this.told.push(message);
    this.world.tell(message);
  }

  private answer(which: number, fate: Fate): void {
    const { world, provider } = this;
    const [taken] = world.pending.splice(which % Math.max(1, world.pending.length), 1);
    if (!taken) return;
    const { call, how } = taken.effect;
    if (fate === 'undone') return;
    const found = how === 'look' ? provider.get(call) : provider.perform(call);
    if (fate === 'said') this.tell(outcome(call, found));
    if (fate === 'doubted') this.tell(outcome(call, { outcome: 'unknown', reason: 'no answer in time' }));
  }
}

const stories = fc.record({
  capture: fc.constantFrom('automatic' as const, 'manual' as const),
  approves: fc.boolean(),
  moves: fc.array(anyMove, { maxLength: 40 }),
});

function checkAlways({ world, provider }: Story): void {
  const { payment } = world;
  if (!payment) return;
  expect(payment.refundedAmount).toBeLessThanOrEqual(payment.capturedAmount);
  expect(payment.capturedAmount).toBeLessThanOrEqual(payment.authorizedAmount);
  expect(payment.nextAttemptAt !== null).toBe(awaited(payment) !== undefined);
  expect([0, payment.terms?.amount]).toContain(provider.sum('capture'));
  expect(provider.sum('refund')).toBeLessThanOrEqual(provider.sum('capture'));
  expect(provider.sum('void')).toBeLessThanOrEqual(provider.sum('authorize'));
}

it('keeps the books right, whatever is lost, doubted, repeated or late', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(stories, ({ capture, approves, moves }) => {
      const story = new Story(capture, approves);
      for (const move of moves) {
        story.play(move);
        checkAlways(story);
      }
      story.settle();
      checkAlways(story);

      const { world, provider } = story;
      const { payment, steps, facts, rows } = world;
      expect(TERMINAL).toContain(payment?.status);
      expect(world.alerts).toEqual([]);
      expect(new Set(facts).size).toBe(facts.length);
      for (const { from, to, version } of steps) {
        expect(STATUSES.indexOf(to)).toBeGreaterThanOrEqual(from === null ? 0 : STATUSES.indexOf(from));
        seen.add(to);
        expect(steps[version - 1]?.version).toBe(version);
      }
      const kept = provider.sum('capture') - provider.sum('refund');
      const held = provider.sum('authorize') - provider.sum('void');
      if (story.wasCancelled) expect([kept, held]).toEqual([0, 0]);
      const transfers = rows.filter((row): row is Transfer => row.kind === 'transfer');
      expect(balances(transfers).provider_clearing).toBe(kept);
      expect(payment).toMatchObject({ id: PAY, capturedAmount: provider.sum('capture') });
    }),
    { numRuns: 2_000 },
  );
  expect([...seen].sort()).toEqual(STATUSES.filter((status) => status !== 'halted').sort());
});
