// `npm run key -- <caller> [scope…] [--live]` makes an API key: the key for the caller, its hash for API_KEYS.
// `npm run key -- --identity` makes the key with which the gateway vouches for callers.
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';

const HELP = `npm run key -- <caller> [scope…] [--live]
npm run key -- --identity

  npm run key -- shop                                  may do everything
  npm run key -- till orders:read orders:write --live  may do that

Prints the key, which nobody can find out again, and the entry for API_KEYS. With --identity a pair of keys: the private
one for the gateway, which vouches with it for its callers, the public one for the services, which check that.`;

const args = process.argv.slice(2);
const [caller, ...scopes] = args.filter((arg) => !arg.startsWith('--'));
const wrong = [
  ...args.filter((arg) => arg.startsWith('--') && arg !== '--live'),
  ...(caller && /^[\w.-]{1,64}$/.test(caller) ? [] : [caller ?? 'no caller']),
  ...scopes.filter((scope) => !/^[a-z]+:(read|write)$/.test(scope)),
];
if (args.includes('--help')) {
  console.log(HELP);
} else if (args.length === 1 && args[0] === '--identity') {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  console.log(`IDENTITY_KEY          ${d}   for the gateway, and nobody else`);
  console.log(`IDENTITY_PUBLIC_KEYS  ${x}   for order, payment and stock`);
} else if (wrong.length > 0) {
  console.error(`This can't be: ${wrong.join(', ')}.\n\n${HELP}`);
  process.exitCode = 2;
} else {
  const key = `${args.includes('--live') ? 'wb_live_' : 'wb_test_'}${randomBytes(32).toString('base64url')}`;
  const hash = createHash('sha256').update(key).digest('hex');
  console.log(`Key       ${key}`);
  console.log(`API_KEYS  ${caller}=${hash}${scopes.length > 0 ? `:${scopes.join('+')}` : ''}`);
}
