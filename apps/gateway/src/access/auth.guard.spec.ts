import { createHash, generateKeyPairSync } from 'node:crypto';
import { type ExecutionContext } from '@nestjs/common';
import { decodeJwt } from 'jose';
import { TokenIssuer } from '#service';
import { type ApiRequest, AuthGuard } from './auth.guard.js';
import { Callers } from './callers.js';
import { Needs } from './policy.decorator.js';

class Route {
  @Needs('stock:read')
  read(this: void): void {}
}

const digest = createHash('sha256').update('wb_shop').digest('hex');
const entryOf = (scopes: string) => `shop=${digest}:${scopes}`;

/** A request of that key which the guard has let in, and the list that it was found in. */
function letIn(): { request: ApiRequest; callers: Callers } {
  const callers = new Callers(entryOf('stock:read+orders:read'));
  const guard = new AuthGuard(callers, new TokenIssuer(generateKeyPairSync('ed25519').privateKey));
  const trace = { traceparent: '00-1-1-01', requestId: 'req_1' };
  const request = { headers: { authorization: 'Bearer wb_shop' }, trace } as ApiRequest;
  const context: Partial<ExecutionContext> = {
    getHandler: () => Route.prototype.read,
    getClass: () => Route as never,
    switchToHttp: () => ({ getRequest: () => request }) as never,
  };
  expect(guard.canActivate(context as ExecutionContext)).toBe(true);
  return { request, callers };
}

const scopesOf = async ({ trace }: ApiRequest): Promise<unknown> =>
  decodeJwt((await trace.tokens?.())?.stock ?? '').scope;

describe('a request that goes on for long', () => {
  it('is vouched for with the scopes that its key has by then', async () => {
    const { request, callers } = letIn();
    expect(await scopesOf(request)).toBe('stock:read orders:read');
    callers.replace(entryOf('stock:read'));
    expect(await scopesOf(request)).toBe('stock:read');
  });

  it('is vouched for no more when its key has been taken out', async () => {
    const { request, callers } = letIn();
    callers.replace(`other=${digest.replaceAll(/./g, '0')}`);
    await expect(async () => request.trace.tokens?.()).rejects.toThrow(/unauthorized/);
  });

  it('gets a new token when the one that it had is no longer young', async () => {
    const { request } = letIn();
    const now = performance.now();
    const clock = jest.spyOn(performance, 'now');
    const first = await request.trace.tokens?.();
    expect(await request.trace.tokens?.()).toBe(first);
    clock.mockReturnValue(now + 61_000);
    expect(await request.trace.tokens?.()).not.toBe(first);
    clock.mockRestore();
  });
});
