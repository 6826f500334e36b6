import { changeOrder, type OrderView, Rejected } from '#contracts';
import { type RpcClient } from '#messaging';
import { type ApiRequest } from '../access/auth.guard.js';
import { type GatewayConfig } from '../config.js';
import { OrderChangesController } from './order-changes.controller.js';

const order = (version: number, status: OrderView['status']): OrderView =>
  ({ id: 'ord_1', version, status }) as OrderView;
const ASKED = order(3, 'awaiting_payment');

/** The code and the order of the answer; a refusal is thrown. */
async function change(heard: { notice?: OrderView; read?: OrderView }) {
  const code = jest.fn();
  const reply = { code, header: () => reply };
  code.mockReturnValue(reply);
  const rpc = {
    expect: () => ({ notice: Promise.resolve(heard.notice), cancel: () => undefined }),
    call: (contract: unknown) => Promise.resolve(contract === changeOrder ? ASKED : heard.read),
  };
  const controller = new OrderChangesController(
    rpc as unknown as RpcClient,
    { callOptions: () => ({}) } as unknown as GatewayConfig,
  );
  const request = { headers: { 'if-match': '"2"' }, trace: {} } as unknown as ApiRequest;
  const answer = await controller.change('ord_1', { lines: [] }, request, reply as never);
  return [code.mock.calls[0]?.[0], answer.version, answer.status];
}

describe('a change of lines', () => {
  it('is answered as it was told', async () => {
    expect(await change({ notice: order(4, 'awaiting_payment') })).toEqual([200, 4, 'awaiting_payment']);
  });

  it('is refused when the order has ended without it', async () => {
    await expect(change({ notice: order(4, 'cancelled') })).rejects.toEqual(
      new Rejected('order-not-changeable', { orderId: 'ord_1', status: 'cancelled' }),
    );
  });

  it('is not refused when nobody has told: the order may have ended after it', async () => {
    expect(await change({ read: order(5, 'cancelled') })).toEqual([202, 5, 'cancelled']);
  });
});
