import { BundlePublisher, type Publishable } from './bundle-publisher.js';
import { MAX_MEMBERS } from './envelope.js';
import { PublishError, type Publishing } from './publisher.js';

const AT_MOST_MS = 50;

/** A bundle of `members`, which say what they are. */
function bundleOf(members: readonly string[], more: Partial<Publishable> = {}): Publishable {
  const address = {
    exchange: 'waybill.commands',
    routingKey: 'stock',
    type: 'stock.commands',
    mandatory: true,
  };
  const id = `msg_${members[0]}`;
  return { id, ...address, count: members.length, canWait: false, body: JSON.stringify(members), ...more };
}
const waiting = (...members: string[]): Publishable => bundleOf(members, { canWait: true });

function scene() {
  const published: Publishing[] = [];
  let failure: Error | undefined;
  const bundles = new BundlePublisher({
    publish: (one) => {
      published.push(one);
      return failure ? Promise.reject(failure) : Promise.resolve();
    },
  });
  return {
    bundles,
    published,
    contents: () => published.map(({ body }) => JSON.parse(String(body)) as unknown),
    fail: (error: Error) => {
      failure = error;
    },
  };
}

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('a bundle', () => {
  it('that somebody waits for leaves at once, as it is', () => {
    const { bundles, published } = scene();
    const bundle = bundleOf(['reserve']);
    void bundles.publish(bundle);
    expect(published).toEqual([bundle]);
  });

  it('that can wait goes along with the next message to the same address, before what that carries', async () => {
    const { bundles, published, contents } = scene();
    const sent = [bundles.publish(waiting('a', 'b')), bundles.publish(waiting('c'))];
    expect(published).toEqual([]);
    sent.push(bundles.publish(bundleOf(['release'])));
    expect(contents()).toEqual([['a', 'b', 'c', 'release']]);
    expect(published[0]).toMatchObject({
      exchange: 'waybill.commands',
      routingKey: 'stock',
      mandatory: true,
    });
    await Promise.all(sent);
    jest.advanceTimersByTime(AT_MOST_MS);
    expect(published).toHaveLength(1);
  });

  it('that can wait goes without any other after a moment', () => {
    const { bundles, contents } = scene();
    void bundles.publish(waiting('a'));
    jest.advanceTimersByTime(AT_MOST_MS / 2);
    void bundles.publish(waiting('b'));
    jest.advanceTimersByTime(AT_MOST_MS / 2);
    expect(contents()).toEqual([['a', 'b']]);
  });

  it('does not wait for those to other addresses, nor take them along', () => {
    const { bundles, contents } = scene();
    void bundles.publish(waiting('commit'));
    void bundles.publish(bundleOf(['charge'], { routingKey: 'payment' }));
    expect(contents()).toEqual([['charge']]);
  });

  it('of facts does not overtake another: they are told in the order in which they happened', () => {
    const { bundles, contents } = scene();
    const fact = (type: string, ...members: string[]) =>
      bundleOf(members, { exchange: 'waybill.events', routingKey: type, type, canWait: true });
    void bundles.publish(fact('order.cancelled.v1', 'A is cancelled'));
    void bundles.publish(fact('order.confirmed.v1', 'B is confirmed'));
    void bundles.publish(fact('order.confirmed.v1', 'C is confirmed'));
    void bundles.publish(fact('order.cancelled.v1', 'B is cancelled'));
    jest.advanceTimersByTime(AT_MOST_MS);
    expect(contents()).toEqual([
      ['A is cancelled'],
      ['B is confirmed', 'C is confirmed'],
      ['B is cancelled'],
    ]);
  });

  it('shares a message with no more than one may hold', () => {
    const { bundles, contents } = scene();
    const many = Array.from({ length: MAX_MEMBERS }, (_, i) => String(i));
    void bundles.publish(waiting(...many));
    void bundles.publish(bundleOf(['reserve']));
    expect(contents()).toEqual([many, ['reserve']]);
  });

  it('of the outbox, whose members nobody has counted, travels alone', () => {
    const { bundles, contents } = scene();
    void bundles.publish(waiting('commit'));
    const { count: _, canWait: __, ...swept } = bundleOf(['swept']);
    void bundles.publish(swept);
    expect(contents()).toEqual([['swept']]);
  });

  it('fails with all that it shares a message with', async () => {
    const { bundles, fail } = scene();
    fail(new PublishError('returned', 'no queue'));
    const sent = [bundles.publish(waiting('a')), bundles.publish(bundleOf(['b']))];
    const outcomes = await Promise.allSettled(sent);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
