/** What a fault is about, how long it may last, and what no two faults may hold at the same time. */
export interface Kind {
  readonly targets: readonly string[];
  /** In milliseconds; the second one for schedules that are long enough. */
  readonly lasts: readonly [least: number, most: number];
  readonly holds: (target: string) => readonly string[];
}

const SERVICES = ['order', 'payment', 'stock'];
const PROCESSES = ['gateway', ...SERVICES];
const GROUPS = ['order+payment', 'order+stock', 'payment+stock', 'gateway+order', 'order+payment+stock'];
export const BROKER_LINES = PROCESSES.map((name) => `${name}→broker`);
export const DATABASE_LINES = SERVICES.map((name) => `${name}→database`);
export const PROVIDER_LINE = 'payment→provider';
const LINES = [...BROKER_LINES, ...DATABASE_LINES, PROVIDER_LINE];
const DURABLE_QUEUES = ['order.events', 'payment.commands', 'stock.commands'];
const QUEUES = [...DURABLE_QUEUES, 'order.rpc', 'payment.rpc', 'stock.rpc'];

const processes = (target: string): string[] => target.split('+').map((name) => `process ${name}`);
const line = (target: string): string[] => [`line ${target}`];
const broker = (): string[] => ['broker'];
const database = (): string[] => ['database'];
/** What would give messages back to a queue that is about to go. */
const reader = (queue: string): string[] => {
  const [service = ''] = queue.split('.');
  return ['broker', 'database', `process ${service}`, `line ${service}→broker`, `line ${service}→database`];
};
const provider = (): string[] => ['provider'];
const webhooks = (): string[] => ['webhooks'];

/** Every kind of fault that a schedule may draw. What each of them does: faults. */
export const KINDS = {
  killed: { targets: PROCESSES, lasts: [0, 4_000], holds: processes },
  killed_together: { targets: GROUPS, lasts: [0, 4_000], holds: processes },
  stopped: { targets: PROCESSES, lasts: [1_000, 8_000], holds: processes },

  broker_restarted: { targets: ['broker'], lasts: [0, 0], holds: broker },
  broker_killed: { targets: ['broker'], lasts: [0, 0], holds: broker },
  broker_stopped: { targets: ['broker'], lasts: [1_000, 12_000], holds: broker },
  broker_out_of_memory: { targets: ['broker'], lasts: [1_000, 8_000], holds: broker },
  broker_out_of_disk: { targets: ['broker'], lasts: [1_000, 8_000], holds: broker },
  queue_unbound: { targets: DURABLE_QUEUES, lasts: [1_000, 6_000], holds: broker },
  queue_deleted: { targets: QUEUES, lasts: [0, 0], holds: reader },

  database_restarted: { targets: ['database'], lasts: [0, 0], holds: database },
  database_aborted: { targets: ['database'], lasts: [0, 0], holds: database },
  database_killed: { targets: ['database'], lasts: [0, 0], holds: database },
  backends_terminated: { targets: SERVICES, lasts: [500, 4_000], holds: database },
  table_locked: { targets: SERVICES, lasts: [1_000, 6_000], holds: database },

  line_cut: { targets: LINES, lasts: [0, 2_000], holds: line },
  line_down: { targets: LINES, lasts: [500, 6_000], holds: line },
  line_slow: { targets: LINES, lasts: [2_000, 8_000], holds: line },
  line_narrow: { targets: LINES, lasts: [2_000, 8_000], holds: line },
  line_sliced: { targets: LINES, lasts: [2_000, 8_000], holds: line },
  line_silent: { targets: LINES, lasts: [1_000, 12_000], holds: line },
  commit_unanswered: { targets: DATABASE_LINES, lasts: [1_000, 4_000], holds: line },
  commit_unsent: { targets: DATABASE_LINES, lasts: [1_000, 4_000], holds: line },
  confirm_lost: { targets: BROKER_LINES, lasts: [1_000, 4_000], holds: line },
  confirm_refused: { targets: BROKER_LINES, lasts: [1_000, 4_000], holds: line },
  cut_after_answer: { targets: BROKER_LINES.slice(1), lasts: [1_000, 4_000], holds: line },
  ended_with_answer: { targets: [...BROKER_LINES, ...DATABASE_LINES], lasts: [1_000, 4_000], holds: line },

  provider_fails_before: { targets: ['provider'], lasts: [1_000, 6_000], holds: provider },
  provider_fails_after: { targets: ['provider'], lasts: [1_000, 6_000], holds: provider },
  provider_silent: { targets: ['provider'], lasts: [1_000, 6_000], holds: provider },
  provider_slow: { targets: ['provider'], lasts: [1_000, 6_000], holds: provider },
  provider_killed: { targets: ['provider'], lasts: [0, 6_000], holds: provider },
  webhooks_late: { targets: ['webhooks'], lasts: [3_000, 10_000], holds: webhooks },
  webhooks_repeated: { targets: ['webhooks'], lasts: [3_000, 10_000], holds: webhooks },

  clock_ahead: { targets: SERVICES, lasts: [0, 0], holds: (target) => [`clock ${target}`] },
} as const satisfies Readonly<Record<string, Kind>>;

export type KindName = keyof typeof KINDS;

export const KIND_NAMES = Object.keys(KINDS) as readonly KindName[];
