import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { publicKeysOf, publicTextOf, signingKeyOf } from './identity-keys.js';
import { type Caller, TokenIssuer } from './token-issuer.js';
import { TokenVerifier } from './token-verifier.js';

const keyText = (): string => generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }).d as string;
const key = signingKeyOf(keyText());
const next = signingKeyOf(keyText());
const verifier = (...keys: string[]) => new TokenVerifier('stock', publicKeysOf(keys.join(',')));
const stock = () => verifier(publicTextOf(key));
const caller = (): Caller => ({ name: 'shop', scopes: new Set(['stock:read', 'orders:read']) });
const tokenBy = async (issuer: TokenIssuer) => (await issuer.tokensFor(caller())).stock;

/** What the issuer would sign, but for the change. */
function forged(change: object = {}, header: object = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: 'waybill-gateway',
    sub: 'shop',
    aud: 'stock',
    iat: now,
    exp: now + 60,
    scope: 'stock:read',
  };
  return new SignJWT({ ...claims, ...change })
    .setProtectedHeader({ alg: 'EdDSA', kid: publicTextOf(key), ...header })
    .sign(key);
}

describe('a token', () => {
  it('says who asks, and what the key allows', async () => {
    const identity = await stock().of(await tokenBy(new TokenIssuer(key)));
    expect(identity).toMatchObject({ caller: 'shop', scopes: new Set(['stock:read', 'orders:read']) });
  });

  it('is signed once per caller and 20 s, also when many ask at once', async () => {
    const issuer = new TokenIssuer(key);
    const shop = caller();
    const [first, second] = await Promise.all([issuer.tokensFor(shop, 0), issuer.tokensFor(shop, 0)]);
    expect(second).toBe(first);
    expect(issuer.tokensFor(shop, 19_999)).toBe(first);
    const renewed = issuer.tokensFor(shop, 20_000);
    expect(renewed).toBeInstanceOf(Promise);
    expect(issuer.tokensFor(shop, 20_001)).toBe(renewed);
    expect(issuer.tokensFor({ ...shop }, 0)).not.toBe(first);
    await renewed;
  });

  it('is verified once: afterwards its identity is there at once', async () => {
    const token = await tokenBy(new TokenIssuer(key));
    const believing = stock();
    const [identity, same] = await Promise.all([believing.of(token), believing.of(token)]);
    expect(same).toBe(identity);
    expect(believing.of(token)).toBe(identity);
  });

  it('is believed with either key while keys change, and no longer than its key', async () => {
    const [old, fresh] = [await tokenBy(new TokenIssuer(key)), await tokenBy(new TokenIssuer(next))];
    const during = verifier(publicTextOf(key), publicTextOf(next));
    expect([await during.of(old), await during.of(fresh)]).toEqual([
      expect.objectContaining({ caller: 'shop' }),
      expect.objectContaining({ caller: 'shop' }),
    ]);
    expect(await verifier(publicTextOf(next)).of(old)).toBeUndefined();
  });

  it('is not believed any more a minute later, although it was before', async () => {
    jest.useFakeTimers({ now: Date.now(), doNotFake: ['performance', 'nextTick', 'queueMicrotask'] });
    try {
      const token = await forged({ exp: Math.floor(Date.now() / 1_000) + 86_400 });
      const believing = stock();
      expect(await believing.of(token)).toMatchObject({ caller: 'shop' });
      jest.setSystemTime(Date.now() + 66_000);
      expect(await believing.of(token)).toBeUndefined();
      expect(await believing.of(token)).toBeUndefined();
    } finally {
      jest.useRealTimers();
    }
  });

  const seconds = Math.floor(Date.now() / 1_000);
  it.each<[string, object, object]>([
    ['of another service', { aud: 'payment' }, {}],
    ['of no service', { aud: undefined }, {}],
    ['of another issuer', { iss: 'somebody' }, {}],
    ['that has expired', { iat: seconds - 70, exp: seconds - 10 }, {}],
    ['that is old, whatever it says of its end', { iat: seconds - 70, exp: seconds + 3_600 }, {}],
    ['from the future', { iat: seconds + 60, exp: seconds + 100 }, {}],
    ['without an end', { exp: undefined }, {}],
    ['without a beginning', { iat: undefined }, {}],
    ['of nobody', { sub: undefined }, {}],
    ['without scopes', { scope: undefined }, {}],
    ['with a key that nobody knows', {}, { kid: publicTextOf(next) }],
    ['without a key', {}, { kid: undefined }],
  ])('%s is not believed', async (_, change, header) => {
    expect(await stock().of(await forged(change, header))).toBeUndefined();
  });

  it('is not believed without the change, if one bit of it has changed', async () => {
    const token = await forged();
    expect(await stock().of(token)).toBeDefined();
    const [head, claims = '', signature] = token.split('.');
    const more = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const richer = Buffer.from(JSON.stringify({ ...more, scope: 'stock:write' })).toString('base64url');
    const none = Buffer.from(JSON.stringify({ alg: 'none', kid: publicTextOf(key) })).toString('base64url');
    for (const bad of [
      `${head}.${richer}.${signature}`,
      `${none}.${claims}.`,
      `${none}.${claims}.${signature}`,
      '',
      'x',
    ]) {
      expect([bad, await stock().of(bad)]).toEqual([bad, undefined]);
    }
  });

  it('gives no scope that there is not', async () => {
    const identity = await stock().of(await forged({ scope: 'stock:read everything ' }));
    expect(identity?.scopes).toEqual(new Set(['stock:read']));
  });
});
