import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpProvider } from '../src/http-provider.client.js';
import { type Operation, type ProviderCall } from '../src/provider.js';
import { type Fault } from '../src/sandbox/faults.js';
import { type Entry } from '../src/sandbox/ledger-file.client.js';
import { SandboxProcess } from './sandbox-process.js';

let folder: string;
let file: string;
let sandbox: SandboxProcess;
let provider: HttpProvider;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-sandbox-'));
  file = join(folder, 'ledger.jsonl');
  sandbox = await SandboxProcess.start(file);
  provider = new HttpProvider(sandbox.url);
});
afterEach(() => fetch(new URL('faults', sandbox.url), { method: 'DELETE' }));
afterAll(async () => {
  await sandbox.stop();
  await rm(folder, { recursive: true });
});

let payments = 0;
function call(method = 'tok_visa', operation: Operation = 'capture', more: Partial<ProviderCall> = {}) {
  const paymentId = more.paymentId ?? `pay_${++payments}`;
  const key = `${paymentId}:${operation}`;
  return { key, operation, paymentId, chargeId: null, amount: 100, currency: 'EUR', method, ...more };
}
const again = (of: ProviderCall, operation: Operation, more: Partial<ProviderCall> = {}) =>
  call(of.method, operation, { paymentId: of.paymentId, ...more });

const deadline = (): AbortSignal => AbortSignal.timeout(5_000);
const perform = (asked: ProviderCall) => provider.perform(asked, deadline());
const get = (asked: ProviderCall) => provider.get(asked, deadline());

async function plan(fault: Fault): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(fault);
  const { status } = await fetch(new URL('faults', sandbox.url), { method: 'POST', headers, body });
  expect(status).toBe(204);
}

async function ledger(paymentId: string): Promise<string[]> {
  const response = await fetch(new URL('ledger', sandbox.url));
  const { data } = (await response.json()) as { data: Entry[] };
  return data
    .filter((entry) => entry.paymentId === paymentId)
    .map(({ operation, outcome, amount }) => `${operation} ${outcome} ${amount}`);
}

const APPROVED = { outcome: 'ok', amount: 100, currency: 'EUR' };

describe('the stand-alone sandbox', () => {
  it('carries out a key once, and answers a repeat as it answered then', async () => {
    const asked = call();
    const answers = await Promise.all(Array.from({ length: 20 }, () => perform(asked)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject(APPROVED);
    expect(await get(asked)).toEqual(answers[0]);
    expect(await ledger(asked.paymentId)).toEqual(['capture ok 100']);
  });

  it('refuses a key that comes back with another body', async () => {
    const asked = call();
    await perform(asked);
    await expect(perform({ ...asked, amount: 101 })).rejects.toThrow('answered 422');
    expect(await ledger(asked.paymentId)).toEqual(['capture ok 100']);
  });

  it('has never heard of what it was not asked', async () => {
    expect(await get(call())).toEqual({ outcome: 'absent' });
  });

  it.each([
    ['tok_declined', 'card_declined'],
    ['tok_insufficient_funds', 'insufficient_funds'],
    ['tok_something_else', 'invalid_method'],
  ])('declines %s with %s', async (method, code) => {
    const asked = call(method);
    expect(await perform(asked)).toEqual({ outcome: 'declined', code });
    expect(await get(asked)).toEqual({ outcome: 'declined', code });
  });

  it('cuts the connection after the effect of tok_unknown', async () => {
    const asked = call('tok_unknown');
    await expect(perform(asked)).rejects.toThrow();
    expect(await get(asked)).toMatchObject(APPROVED);
    expect(await ledger(asked.paymentId)).toEqual(['capture ok 100']);
  });

  it('fails once with tok_error_once, and always with tok_error', async () => {
    const once = call('tok_error_once');
    await expect(perform(once)).rejects.toThrow('answered 503');
    expect(await get(once)).toEqual({ outcome: 'absent' });
    expect(await perform(once)).toMatchObject(APPROVED);
    const never = call('tok_error');
    for (let i = 0; i < 3; i++) await expect(perform(never)).rejects.toThrow('answered 503');
  });

  it('gives back no more than it has taken', async () => {
    const taken = call();
    expect(await perform(again(taken, 'refund'))).toEqual({ outcome: 'declined', code: 'nothing_to_refund' });
    await perform(taken);
    expect(await perform(again(taken, 'refund', { key: 'refund-1' }))).toMatchObject(APPROVED);
    const twice = await perform(again(taken, 'refund', { key: 'refund-2' }));
    expect(twice).toEqual({ outcome: 'declined', code: 'nothing_to_refund' });

    const held = call('tok_visa', 'authorize');
    expect(await perform(held)).toMatchObject(APPROVED);
    expect(await perform(again(held, 'void'))).toMatchObject(APPROVED);
    expect(await ledger(held.paymentId)).toEqual(['authorize ok 100', 'void ok 100']);
  });
});

describe('the step of a customer', () => {
  const decide = async (paymentId: string, path: 'approve' | 'decline') =>
    (await fetch(new URL(`sandbox/actions/${paymentId}/${path}`, sandbox.url), { method: 'POST' })).text();

  it('is waited for, and what she decides first is what counts', async () => {
    const asked = call('tok_3ds');
    const asks = { outcome: 'action', url: `${sandbox.url}/sandbox/actions/${asked.paymentId}` };
    expect([await perform(asked), await get(asked)]).toMatchObject([asks, asks]);
    expect(await ledger(asked.paymentId)).toEqual([]);
    expect(await decide(asked.paymentId, 'approve')).toMatch('was approved');
    expect(await decide(asked.paymentId, 'decline')).toMatch('was approved');
    expect([await get(asked), await perform(asked)]).toMatchObject([APPROVED, APPROVED]);
    expect(await ledger(asked.paymentId)).toEqual(['capture ok 100']);
  });

  it('is called off by a void that is faster, and voided by one that is not', async () => {
    const first = call('tok_3ds', 'authorize');
    await perform(first);
    const none = { outcome: 'declined', code: 'nothing_to_void' };
    expect(await perform(again(first, 'void'))).toEqual(none);
    expect(await decide(first.paymentId, 'approve')).toMatch('called_off');
    expect(await get(first)).toEqual({ outcome: 'declined', code: 'called_off' });

    const second = call('tok_3ds', 'authorize');
    await perform(second);
    await decide(second.paymentId, 'approve');
    expect(await perform(again(second, 'void'))).toMatchObject(APPROVED);
    expect(await ledger(second.paymentId)).toEqual(['authorize ok 100', 'void ok 100']);
  });

  it('is still waited for after a kill -9', async () => {
    const asked = call('tok_3ds');
    await perform(asked);
    await sandbox.kill();
    await sandbox.restart();
    expect(await decide(asked.paymentId, 'decline')).toMatch('authentication_failed');
    expect(await get(asked)).toEqual({ outcome: 'declined', code: 'authentication_failed' });
  });

  it('has no page where nobody was asked', async () => {
    expect((await fetch(new URL('sandbox/actions/pay_x', sandbox.url))).status).toBe(404);
    expect(await decide('pay_x', 'approve')).toMatch('nothing to confirm');
  });
});

describe('a planned fault', () => {
  it('fails before the effect', async () => {
    const asked = call();
    await plan({ kind: 'fail_before', paymentId: asked.paymentId, times: 2 });
    for (let i = 0; i < 2; i++) await expect(perform(asked)).rejects.toThrow('answered 503');
    expect(await get(asked)).toEqual({ outcome: 'absent' });
    expect(await perform(asked)).toMatchObject(APPROVED);
  });

  it('fails after the effect', async () => {
    const asked = call();
    await plan({ kind: 'fail_after', paymentId: asked.paymentId });
    await expect(perform(asked)).rejects.toThrow('answered 503');
    expect(await get(asked)).toMatchObject(APPROVED);
  });

  it('says nothing after the effect', async () => {
    const asked = call();
    await plan({ kind: 'silent_after', paymentId: asked.paymentId, ms: 60_000 });
    await expect(provider.perform(asked, AbortSignal.timeout(200))).rejects.toThrow();
    expect(await get(asked)).toMatchObject(APPROVED);
  });

  it('declines, takes its time, or answers with another amount', async () => {
    const refused = call();
    await plan({ kind: 'decline', paymentId: refused.paymentId, code: 'lost_card' });
    expect(await perform(refused)).toEqual({ outcome: 'declined', code: 'lost_card' });

    const slow = call();
    await plan({ kind: 'latency', paymentId: slow.paymentId, ms: 300 });
    await expect(provider.perform(slow, AbortSignal.timeout(50))).rejects.toThrow();

    const off = call();
    await plan({ kind: 'amount_off', paymentId: off.paymentId, by: -1 });
    expect(await perform(off)).toMatchObject({ outcome: 'ok', amount: 99 });
    expect(await ledger(off.paymentId)).toEqual(['capture ok 100']);
  });

  it('that makes no sense is refused', async () => {
    const body = JSON.stringify({ kind: 'earthquake' });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(new URL('faults', sandbox.url), { method: 'POST', headers, body })).status).toBe(400);
  });
});

describe('killed with -9 and started again', () => {
  it('still knows what it answered, and does not do it again', async () => {
    const kept = Array.from({ length: 50 }, () => call());
    const answers = await Promise.all(kept.map(perform));
    await sandbox.kill();
    await sandbox.restart();
    expect(await Promise.all(kept.map(get))).toEqual(answers);
    expect(await Promise.all(kept.map(perform))).toEqual(answers);
    for (const { paymentId } of kept) expect(await ledger(paymentId)).toEqual(['capture ok 100']);
  });

  it('forgets only the line that it was writing', async () => {
    const kept = call();
    await perform(kept);
    await sandbox.kill();
    await writeFile(file, `${await readFile(file, 'utf8')}{"key":"pay_half:capt`);
    await sandbox.restart();
    expect(await get(kept)).toMatchObject(APPROVED);
    const next = call();
    await perform(next);
    await sandbox.kill();
    await sandbox.restart();
    expect(await get(next)).toMatchObject(APPROVED);
  });

  it('answers in full or not at all, whenever it dies', async () => {
    const asked = Array.from({ length: 200 }, () => call());
    const outcomes = asked.map((one) => perform(one).catch(() => undefined));
    await outcomes[20];
    await sandbox.kill();
    const answered = await Promise.all(outcomes);
    await sandbox.restart();
    for (const [i, one] of asked.entries()) {
      const found = await get(one);
      if (answered[i]) expect(found).toEqual(answered[i]);
    }
  });
});

it('exits with 0 when it is told to stop', async () => {
  expect(await sandbox.stop()).toBe(0);
  await sandbox.restart();
});
