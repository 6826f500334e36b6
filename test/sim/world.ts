import { receiveWebhook, type ServiceName } from '#contracts';
import { Bus } from './bus.js';
import { orderCell, paymentCell, stockCell } from './cells.js';
import { Clients } from './client.js';
import { SimulatedClock } from './clock.js';
import { type Counts, counting } from './coverage.js';
import { acrossViolations, type Databases, ledgerViolations } from './laws/across.js';
import { violations } from './laws/law.js';
import { orderLaws } from './laws/order.js';
import { paymentLaws } from './laws/payment.js';
import { stockLaws } from './laws/stock.js';
import { MemoryDatabase } from './memory-database.js';
import { type Plan, stocked } from './plan.js';
import { Ports } from './ports.js';
import { Process, type Surroundings } from './process.js';
import { type Hint, SimulatedProvider } from './provider.js';
import {
  type OrderService,
  orderService,
  type PaymentService,
  paymentService,
  type StockService,
  stockService,
  TIMING,
} from './services.js';
import { orderStatements, paymentStatements, stockStatements } from './statements.js';

/** What a test may put in the place of what is there, to see that it is noticed. */
export interface Tampering {
  readonly order?: (service: OrderService) => OrderService;
  readonly payment?: (service: PaymentService) => PaymentService;
  readonly stock?: (service: StockService) => StockService;
  readonly comparesVersions?: boolean;
  readonly savesOutbox?: boolean;
}

type Starters = Readonly<Record<ServiceName, (name: string) => Process>>;

/** All that there is in one run: three services, their databases, a broker, a provider, clients, and one clock. */
export class World {
  readonly clock = new SimulatedClock();
  readonly ports = new Ports();
  readonly bus = new Bus(this.clock);
  readonly provider = new SimulatedProvider(this.ports, this.clock, TIMING.authorizationMs);
  readonly databases: Databases;
  readonly clients: Clients;
  readonly processes: Process[] = [];
  /** What must not be, in words; the first one ends the run. */
  readonly broken: string[] = [];
  private readonly starters: Starters;
  private hints = 0;

  /** `counts`: told of every decision. */
  constructor(
    readonly plan: Plan,
    {
      tampering = {},
      counts,
    }: { readonly tampering?: Tampering | undefined; readonly counts?: Counts | undefined } = {},
  ) {
    this.clients = new Clients(plan);
    const services = this.servicesOf(tampering, counts ?? new Map());
    const { comparesVersions = true, savesOutbox = true } = tampering;
    const usual = { ports: this.ports, clock: this.clock, comparesVersions, savesOutbox };
    this.databases = {
      order: new MemoryDatabase({
        ...usual,
        follow: () => [],
        statements: orderStatements,
        onCommit: () => this.broken.push(...violations(orderLaws, this.databases.order, 'A')),
      }),
      payment: new MemoryDatabase({
        ...usual,
        follow: (state) => services.payment.rules.follow?.(state) ?? [],
        statements: paymentStatements(),
        onCommit: () => this.broken.push(...violations(paymentLaws, this.databases.payment, 'A')),
      }),
      stock: new MemoryDatabase({
        ...usual,
        follow: (state) => services.stock.rules.follow?.(state) ?? [],
        statements: stockStatements,
        onCommit: () => this.broken.push(...violations(stockLaws, this.databases.stock, 'A')),
      }),
    };
    this.stockUp(plan.onHand);
    const { order, payment, stock } = this.databases;
    this.starters = {
      order: (name) => Process.of(services.order, order, name, this.surroundings),
      payment: (name) => Process.of(services.payment, payment, name, this.surroundings),
      stock: (name) => Process.of(services.stock, stock, name, this.surroundings),
    };
    for (const service of ['order', 'payment', 'stock'] as const) {
      for (let number = 1; number <= plan.replicas; number++)
        this.processes.push(this.starters[service](`${service}-${number}`));
    }
  }

  private servicesOf({ order, payment, stock }: Tampering, counts: Counts) {
    const usual = {
      order: orderService,
      stock: stockService,
      payment: paymentService(
        (owner) => this.provider.asSeenBy(owner),
        (reason) => this.broken.push(`Q1 a payment was halted: ${reason}`),
      ),
    };
    const told = {
      order: order?.(usual.order) ?? usual.order,
      payment: payment?.(usual.payment) ?? usual.payment,
      stock: stock?.(usual.stock) ?? usual.stock,
    };
    return {
      order: { ...told.order, rules: counting(told.order.rules, orderCell, counts) },
      payment: { ...told.payment, rules: counting(told.payment.rules, paymentCell, counts) },
      stock: { ...told.stock, rules: counting(told.stock.rules, stockCell, counts) },
    };
  }

  get alive(): Process[] {
    return this.processes.filter(({ alive }) => alive);
  }

  restart(dead: Process): void {
    this.processes[this.processes.indexOf(dead)] = this.starters[dead.service](dead.name);
  }

  /** Nothing of it goes on: what is in hand is given up. */
  end(): void {
    for (const process of this.alive) process.die();
  }

  /** The provider's word, on its way to the service. */
  deliver(hint: Hint): void {
    const body = Buffer.from(JSON.stringify({ type: 'told', ...hint })).toString('base64');
    const id = `hint_${++this.hints}`;
    const about = {
      causationId: null,
      requestId: 'req_1',
      traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
    };
    const data = { provider: 'sandbox', body, headers: {} };
    const member = {
      id,
      type: receiveWebhook.name,
      ...about,
      attempt: 1,
      deadline: Number.MAX_SAFE_INTEGER,
      data,
    };
    this.bus.ask('payment', member, 'provider');
  }

  /** What holds at every moment is looked at when something is committed. These are the rest of it. */
  look(): void {
    for (const { words } of this.bus.dead.splice(0)) this.broken.push(`Q2 a dead letter: ${words}`);
    this.broken.push(...this.clients.wrong.splice(0));
  }

  /** Everything that must hold once all is quiet. */
  async judge(): Promise<void> {
    const { order, payment, stock } = this.databases;
    this.broken.push(
      ...violations(orderLaws, order, 'Q'),
      ...violations(paymentLaws, payment, 'Q'),
      ...violations(stockLaws, stock, 'Q'),
      ...acrossViolations(this.databases),
      ...(await ledgerViolations(this.databases, this.provider.books.all())),
      ...this.promises(),
    );
  }

  /** Q5: every accepted request has exactly one order, and no other order exists. */
  private promises(): string[] {
    const orders = [...this.databases.order.rows.values()].filter((state) => state.kind === 'order');
    const found: string[] = [];
    for (const { number, orderId, requests } of this.clients.shoppers) {
      const placed = orders.filter(({ customerId }) => customerId === `cus_${number}`);
      const asked = (requests[0]?.tries ?? 0) > 0;
      if (placed.length !== (asked ? 1 : 0)) found.push(`Q5 client ${number} has ${placed.length} orders`);
      if (asked && placed[0]?.id !== orderId) found.push(`Q5 client ${number} was told of ${orderId}`);
    }
    return found;
  }

  private stockUp(onHand: Plan['onHand']): void {
    const { stock } = this.databases;
    const { states, rows } = stocked(onHand, this.clock.now());
    for (const [key, state] of states) stock.rows.set(key, state);
    for (const [i, row] of rows.entries())
      stock.appended.push({ row, cause: { type: 'stocked', id: `stocked_${i}` } as never });
  }

  private get surroundings(): Surroundings {
    return {
      ports: this.ports,
      bus: this.bus,
      onAnswer: (replyTo, id, outcome) => {
        if (replyTo === 'client') this.clients.heard(id, outcome);
      },
      onError: () => undefined,
    };
  }
}
