import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Fault, Faults } from '../../src/sandbox/faults.js';
import { behaviourOf } from '../../src/sandbox/tokens.js';
import { StripeAccount } from './account.js';
import { type Params, paramsOf, partIn, textIn } from './form.js';
import { pageOf } from './page.js';
import { StripeRefusal } from './refusal.js';

interface Request {
  readonly method: string;
  readonly path: string;
  readonly text: string;
  readonly params: Params;
  readonly key: string | undefined;
}

interface Reply {
  readonly status: number;
  readonly body: object;
}

type Operation = NonNullable<Fault['operation']>;

/**
 * Speaks the part of Stripe's API that Waybill uses, over HTTP: payment methods of test tokens, payment intents with
 * manual capture, refunds, balance transactions, idempotency keys. Made from the documentation and the types of the SDK;
 * never compared with Stripe itself.
 */
export class StripeStandIn {
  readonly secretKey = 'sk_test_stand_in';
  readonly account = new StripeAccount();
  readonly faults = new Faults();
  /** How often each operation was asked for, refused and failed ones included. */
  readonly asked: string[] = [];
  /** Whether a fault after the fact is kept under its key, and answered with again, as a 500 is at Stripe. */
  keepsFaults = false;
  /** What each of them had in it. */
  readonly requests: Params[] = [];
  private readonly saved = new Map<string, { readonly asked: string; readonly reply: Reply }>();
  private readonly inHand = new Set<string>();
  private readonly failedOnce = new Set<string>();
  private readonly instead: Reply[] = [];
  private server: Server | undefined;
  private port = 0;

  static async start(): Promise<StripeStandIn> {
    const standIn = new StripeStandIn();
    await standIn.restart();
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What the next request is answered with, without a look at it. */
  answerNext(status: number, error: object): void {
    this.instead.push({ status, body: { error } });
  }

  /** As Stripe does after a day. */
  forgetKeys(): void {
    this.saved.clear();
  }

  /** On the same port as before. */
  async restart(): Promise<void> {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch(() => response.destroy());
    });
    await once(this.server.listen(this.port, '127.0.0.1'), 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections();
    this.server?.close();
    if (this.server) await once(this.server, 'close');
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(incoming);
    const operation = operationOf(request);
    this.asked.push(operation);
    this.requests.push(request.params);
    const refused = this.instead.shift() ?? this.stranger(incoming);
    if (refused) return send(response, refused);
    const hits = this.faults.hit(operation, textIn(partIn(request.params, 'metadata'), 'paymentId'));
    await pause(hits.get('latency')?.ms ?? this.delayOf(request));
    if (hits.has('fail_before') || this.tokenFails(request)) return send(response, UNAVAILABLE);

    const isKnown = request.key !== undefined && this.saved.has(request.key);
    const reply = this.reply(request);
    if (hits.has('fail_after')) return send(response, this.fault(request));
    const silentMs = hits.get('silent_after')?.ms;
    if (silentMs !== undefined) return void setTimeout(() => response.destroy(), silentMs).unref();
    // It has happened, and nobody is told.
    if (!isKnown && this.behaviour(request)?.fails === 'after') return;
    send(response, { ...reply, body: offBy(reply.body, hits.get('amount_off')) }, isKnown);
  }

  private stranger({ headers }: IncomingMessage): Reply | undefined {
    if (headers.authorization === `Bearer ${this.secretKey}`) return undefined;
    const error = { type: 'invalid_request_error', message: 'Invalid API Key provided: sk_****' };
    return { status: 401, body: { error } };
  }

  private reply(request: Request): Reply {
    const { key, method, path, text } = request;
    if (method !== 'POST' || !key) return this.carryOut(request);
    const asked = `${method} ${path} ${text}`;
    const known = this.saved.get(key);
    if (known) return known.asked === asked ? known.reply : KEY_REUSED;
    if (this.inHand.has(key)) return KEY_IN_USE;
    this.inHand.add(key);
    const reply = this.carryOut(request);
    this.inHand.delete(key);
    // As at Stripe: what was refused before anything began is not kept.
    if (reply.status === 200 || reply.status === 402) this.saved.set(key, { asked, reply });
    return reply;
  }

  private fault({ key, method, path, text }: Request): Reply {
    if (!this.keepsFaults || !key) return UNAVAILABLE;
    this.saved.set(key, { asked: `${method} ${path} ${text}`, reply: FAULT });
    return FAULT;
  }

  private carryOut(request: Request): Reply {
    try {
      return { status: 200, body: structuredClone(this.route(request)) };
    } catch (error) {
      if (!(error instanceof StripeRefusal)) throw error;
      return { status: error.status, body: { error: structuredClone(error.error) } };
    }
  }

  private route({ method, path, params }: Request): object {
    const { account } = this;
    const [, resource, id = '', action] = path.split('/').slice(1);
    switch (`${method} ${resource}${id && '/id'}${action ? `/${action}` : ''}`) {
      case 'POST payment_methods':
        return account.createMethod(params);
      case 'POST payment_intents':
        return this.shown(account.createIntent(params), params);
      case 'GET payment_intents/id':
        return this.shown(account.intent(id), params);
      case 'POST payment_intents/id/capture':
        return account.capture(id, params);
      case 'POST payment_intents/id/cancel':
        return account.cancel(id);
      case 'GET payment_intents':
        return pageOf([...account.intents.values()], params, path, (one) => this.shown(one, params));
      case 'POST refunds':
        return account.refund(params);
      case 'GET refunds':
        return pageOf(account.refundsOf(textIn(params, 'payment_intent')), params, path);
      case 'GET balance_transactions': {
        const all = [...account.transactions.values()].filter(({ type }) => type === (params.type ?? type));
        return pageOf(all, params, path, (one) => account.expanded(one));
      }
      default:
        throw new StripeRefusal(undefined, undefined, `Unrecognized request URL (${method}: ${path})`, 404);
    }
  }

  private shown(intent: Parameters<StripeAccount['withCharge']>[0], params: Params): object {
    const asked = Object.values(partIn(params, 'expand'));
    const isExpanded = asked.some((path) => path === 'latest_charge' || path === 'data.latest_charge');
    return isExpanded ? this.account.withCharge(intent) : intent;
  }

  private behaviour({ params, method, path }: Request) {
    const token =
      method === 'POST' && path === '/v1/payment_intents' ? this.account.tokenBehind(params) : undefined;
    return token ? behaviourOf(token) : undefined;
  }

  private delayOf(request: Request): number {
    return this.behaviour(request)?.delayMs ?? 0;
  }

  private tokenFails(request: Request): boolean {
    const fails = this.behaviour(request)?.fails;
    if (fails === 'before') return true;
    if (fails !== 'before_once' || !request.key || this.failedOnce.has(request.key)) return false;
    this.failedOnce.add(request.key);
    return true;
  }
}

const UNAVAILABLE: Reply = { status: 503, body: { error: { type: 'api_error', message: 'unavailable' } } };
const FAULT: Reply = { status: 500, body: { error: { type: 'api_error', message: 'something is broken' } } };
const KEY_REUSED: Reply = {
  status: 400,
  body: {
    error: {
      type: 'idempotency_error',
      message:
        'Keys for idempotent requests can only be used with the same parameters they were first used with.',
    },
  },
};
const KEY_IN_USE: Reply = {
  status: 409,
  body: { error: { type: 'idempotency_error', code: 'idempotency_key_in_use', message: 'in progress' } },
};

async function read(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const { method = 'GET', url = '/', headers } = incoming;
  const { pathname, search } = new URL(url, 'http://stand-in');
  const params = paramsOf(method === 'POST' ? text : search);
  return { method, path: pathname, text, params, key: headers['idempotency-key'] as string | undefined };
}

function send(response: ServerResponse, { status, body }: Reply, isReplay = false): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'request-id': 'req_stand_in',
    ...(isReplay && { 'idempotent-replayed': 'true' }),
  });
  response.end(JSON.stringify(body));
}

function operationOf({ method, path, params }: Request): Operation {
  if (method === 'GET' || path === '/v1/payment_methods') return 'get';
  if (path === '/v1/refunds') return 'refund';
  if (path.endsWith('/cancel')) return 'void';
  return params.capture_method === 'manual' ? 'authorize' : 'capture';
}

function offBy(body: object, fault: Fault | undefined): object {
  const { amount_received: received } = body as { amount_received?: number };
  return fault ? { ...body, amount_received: Number(received) + (fault.by ?? 0) } : body;
}

function pause(ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms).unref());
}
