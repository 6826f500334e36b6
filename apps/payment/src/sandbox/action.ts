import { type Answer, type ProviderCall } from '../provider.js';
import { chargeIdOf } from './charge-id.js';

export type ActionState = 'waiting' | 'approved' | 'declined' | 'called_off';

/** A step that the customer has to take before the call is carried out. One for each payment. */
export interface Action {
  readonly call: ProviderCall;
  readonly state: ActionState;
  readonly expiresAt: string;
}

/** Where they are kept. Only the first decision counts, and none after its time. */
export interface Actions {
  /** The first call of a payment opens its action; each later one finds it. */
  open(action: Action): Promise<Action>;
  find(paymentId: string): Promise<Action | undefined>;
  /** undefined when it was too late, or there is none. */
  decide(paymentId: string, state: ActionState): Promise<Action | undefined>;
}

/** In memory, and wherever `write` puts each state. */
export class KnownActions implements Actions {
  private readonly byPayment = new Map<string, Action>();

  constructor(
    actions: readonly Action[] = [],
    private readonly write: (action: Action) => Promise<void> = async () => undefined,
  ) {
    for (const action of actions) this.byPayment.set(action.call.paymentId, action);
  }

  async open(action: Action): Promise<Action> {
    return this.byPayment.get(action.call.paymentId) ?? this.keep(action);
  }

  async find(paymentId: string): Promise<Action | undefined> {
    return this.byPayment.get(paymentId);
  }

  async decide(paymentId: string, state: ActionState): Promise<Action | undefined> {
    const action = this.byPayment.get(paymentId);
    return action && verdictOn(action) === 'waiting' ? this.keep({ ...action, state }) : undefined;
  }

  all(): Action[] {
    return [...this.byPayment.values()];
  }

  private async keep(action: Action): Promise<Action> {
    this.byPayment.set(action.call.paymentId, action);
    await this.write(action);
    return action;
  }
}

/** How an action has ended: approved, or why not. */
export function verdictOn({ state, expiresAt }: Action): 'waiting' | 'approved' | { readonly code: string } {
  if (state === 'waiting')
    return expiresAt > new Date().toISOString() ? 'waiting' : { code: 'action_expired' };
  if (state === 'approved') return state;
  return { code: state === 'declined' ? 'authentication_failed' : 'called_off' };
}

/** What the customer's step is like here. */
export interface StepOptions {
  /** Where the pages of this sandbox are. */
  readonly publicUrl: string;
  readonly actionMs: number;
}

export const PAGES = '/sandbox/actions';

export function actionFor(call: ProviderCall, { actionMs }: StepOptions): Action {
  return { call, state: 'waiting', expiresAt: new Date(Date.now() + actionMs).toISOString() };
}

export function askingFor({ call, expiresAt }: Action, { publicUrl }: StepOptions): Answer {
  const url = `${publicUrl}${PAGES}/${call.paymentId}`;
  return { outcome: 'action', chargeId: chargeIdOf(call.key), url, expiresAt };
}
