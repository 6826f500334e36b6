import { type Action, type ActionState, type Actions } from './action.js';

/** As much of a database as this needs. */
interface Rows {
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
}

const COLUMNS = 'call, state, expires_at as "expiresAt"';

/** Actions of the sandbox in the process: replicas share them, and a restart forgets none. */
export class ActionTable implements Actions {
  constructor(private readonly db: Rows) {}

  async open({ call, state, expiresAt }: Action): Promise<Action> {
    await this.db.query(
      'insert into sandbox_actions (payment_id, call, state, expires_at) values ($1, $2, $3, $4) on conflict do nothing',
      [call.paymentId, JSON.stringify(call), state, expiresAt],
    );
    const action = await this.find(call.paymentId);
    if (!action) throw new Error(`the action of ${call.paymentId} is gone`);
    return action;
  }

  async find(paymentId: string): Promise<Action | undefined> {
    const text = `select ${COLUMNS} from sandbox_actions where payment_id = $1`;
    return actionIn((await this.db.query(text, [paymentId])).rows);
  }

  async decide(paymentId: string, state: ActionState): Promise<Action | undefined> {
    const { rows } = await this.db.query(
      `update sandbox_actions set state = $2
       where payment_id = $1 and state = 'waiting' and expires_at > now() returning ${COLUMNS}`,
      [paymentId, state],
    );
    return actionIn(rows);
  }
}

function actionIn([row]: readonly Record<string, unknown>[]): Action | undefined {
  if (!row) return undefined;
  return { ...row, expiresAt: (row.expiresAt as Date).toISOString() } as unknown as Action;
}
