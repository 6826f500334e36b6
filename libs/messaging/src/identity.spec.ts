import { type Scope } from '#contracts';
import { denialOf, onlyReads, tokenOf } from './identity.js';

const who = (...scopes: Scope[]) => ({ caller: 'shop', scopes: new Set(scopes) });

describe('a question', () => {
  it('is let in with one of the scopes that it needs', () => {
    expect(denialOf({ needs: ['orders:read', 'orders:write'] }, who('orders:write'))).toBeUndefined();
  });

  it('is denied to whoever has others only, and says what it needs', () => {
    for (const scopes of [[], ['orders:read'], ['stock:write', 'ops:write']] as const) {
      const denial = denialOf({ needs: ['orders:write'] }, who(...scopes));
      expect(denial).toMatchObject({ code: 'forbidden', details: { needed: 'orders:write' } });
    }
  });

  it('is denied to nobody known, unless it is open', () => {
    expect(denialOf({ needs: ['orders:write'] }, undefined)).toMatchObject({ code: 'unauthorized' });
    expect(denialOf({ needs: 'open' }, undefined)).toBeUndefined();
  });

  it('of which nobody has said who may ask it is denied to everybody', () => {
    expect(denialOf({ needs: undefined }, who('orders:read', 'orders:write'))).toMatchObject({
      code: 'forbidden',
    });
  });
});

it.each([
  [['orders:read', 'orders:write'], true],
  [['orders:write'], false],
  ['open', false],
  [undefined, false],
] as const)('a question that needs %p only reads: %p', (needs, reads) => {
  expect(onlyReads({ needs })).toBe(reads);
});

describe('a token', () => {
  it('is a text of a reasonable length', () => {
    expect([tokenOf('a.b.c'), tokenOf(7), tokenOf('x'.repeat(2_049))]).toEqual(['a.b.c', null, null]);
  });
});
