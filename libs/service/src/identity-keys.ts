import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { ValidateBy } from 'class-validator';

/** Ed25519 (RFC 8032): 32 bytes each, in base64url. */
const KEY = /^[\w-]{43}$/;
/** What PKCS #8 puts before the 32 bytes (RFC 8410, 7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
/** During a rotation there are two. */
const MOST_KEYS = 2;

export function signingKeyOf(text: string): KeyObject {
  const key = Buffer.concat([PKCS8, Buffer.from(text, 'base64url')]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/** As a service is told it: also the id of the key. */
export function publicTextOf(signingKey: KeyObject): string {
  return createPublicKey(signingKey).export({ format: 'jwk' }).x as string;
}

/** By their ids. */
export function publicKeysOf(text: string): ReadonlyMap<string, KeyObject> {
  const keys = text.split(',').map((x) => {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: x.trim() };
    return [jwk.x, createPublicKey({ key: jwk, format: 'jwk' })] as const;
  });
  return new Map(keys);
}

/** Of the process that vouches. */
export function IsSigningKey(): PropertyDecorator {
  return ValidateBy({
    name: 'isSigningKey',
    validator: {
      validate: (value) => typeof value === 'string' && KEY.test(value),
      defaultMessage: () =>
        'must be a private key, 43 characters of base64url. To make one: npm run key -- --identity',
    },
  });
}

/** Of the processes that check. */
export function IsPublicKeys(): PropertyDecorator {
  return ValidateBy({
    name: 'isPublicKeys',
    validator: {
      validate: (value) => typeof value === 'string' && isPublicKeys(value.split(',')),
      defaultMessage: () =>
        'must be one or two public keys, 43 characters of base64url each, separated by a comma. ' +
        'To make one: npm run key -- --identity',
    },
  });
}

function isPublicKeys(texts: readonly string[]): boolean {
  return texts.length <= MOST_KEYS && texts.every((text) => KEY.test(text.trim()));
}
