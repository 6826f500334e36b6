import { hash, timingSafeEqual } from 'node:crypto';
import { isScope, Rejected, SCOPES, type Scope } from '#contracts';

/** Who is calling, and what the key allows. */
export interface Caller {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

interface Key extends Caller {
  readonly digest: Buffer;
}

const BEARER = /^Bearer +([\x21-\x7e]{1,256}) *$/i;
const ENTRY = /^([\w.-]{1,64})=([0-9a-fA-F]{64})(?::(.+))?$/;

/** Who may call: names, hashes of keys and scopes. The keys themselves are nowhere. */
export class Callers {
  #keys: readonly Key[];

  constructor(apiKeys: string) {
    this.#keys = keysOf(apiKeys);
  }

  /** From now on these, and nobody else. Throws, and changes nothing, when the text has a fault. */
  replace(apiKeys: string): void {
    this.#keys = keysOf(apiKeys);
  }

  /** Of `Authorization: Bearer <key>`. */
  find(authorization: string | undefined): Caller {
    const match = BEARER.exec(authorization ?? '');
    if (!match) throw new Rejected('unauthorized');
    const digest = hash('sha256', match[1] as string, 'buffer');
    // All are compared, so that the time taken tells nothing about which one it was.
    let caller: Caller | undefined;
    for (const known of this.#keys) {
      if (timingSafeEqual(known.digest, digest)) caller = known;
    }
    if (caller === undefined) throw unknownKey();
    return caller;
  }

  /** Whoever was found before, as is known now. */
  again(caller: Caller): Caller {
    const keys: readonly Caller[] = this.#keys;
    if (keys.includes(caller)) return caller;
    const { digest } = caller as Key;
    const now = this.#keys.find((key) => key.digest.equals(digest));
    if (now === undefined) throw unknownKey();
    return now;
  }
}

const unknownKey = (): Rejected => new Rejected('unauthorized', { detail: 'This API key is not known.' });

/** What is wrong with a list of keys, in words for whoever wrote it; undefined when nothing is. */
export function faultOfApiKeys(apiKeys: string): string | undefined {
  const entries = entriesOf(apiKeys);
  if (entries.length === 0) return 'names nobody';
  for (const [at, entry] of entries.entries()) {
    const [, , , scopes] = ENTRY.exec(entry) ?? [];
    // The entry itself is not repeated: whoever put a key there instead of its hash would find it in a log.
    if (!ENTRY.test(entry)) return `entry ${at + 1} is not caller=<64 hexadecimal digits>`;
    const unknown = scopes?.split('+').find((scope) => !isScope(scope));
    if (unknown !== undefined)
      return `entry ${at + 1} has the unknown scope "${unknown}"; there are ${SCOPES.join(', ')}`;
  }
  return undefined;
}

function keysOf(apiKeys: string): Key[] {
  const fault = faultOfApiKeys(apiKeys);
  if (fault !== undefined) throw new Error(`The list of API keys can't be used: ${fault}.`);
  return entriesOf(apiKeys).map((entry) => {
    const [, name, digest, scopes] = ENTRY.exec(entry) as RegExpExecArray;
    return {
      name: name as string,
      digest: Buffer.from(digest as string, 'hex'),
      scopes: new Set(scopes === undefined ? SCOPES : (scopes.split('+') as Scope[])),
    };
  });
}

function entriesOf(apiKeys: string): string[] {
  return apiKeys.split(/[\s,]+/).filter((entry) => entry !== '');
}
