import { type Tap, type Trigger, type Verdict } from './trigger.js';

/** Names of the prepared statements with which our services save: one statement, committed by itself. */
const SAVES = /^(?:save[-_]|stock_save)/;

const TERMINATED = 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0';

/**
 * Just enough of PostgreSQL's protocol 3: a message is a letter, its length and its body; the first one of a client has
 * no letter. Without TLS, and for clients that wait for the end of one request before they send the next, as pg does.
 */
export class PostgresTap implements Tap {
  readonly lengthOf = {
    client: (bytes: Buffer, index: number) => lengthAt(bytes, index === 0 ? 0 : 1),
    server: (bytes: Buffer) => lengthAt(bytes, 1),
  };
  readonly goodbye = errorOf(TERMINATED);
  /** What the client asks for will commit something. */
  private commits = false;
  /** The answer to it is kept from the client. */
  private swallows = false;

  ofClient(frame: Buffer, trigger: Trigger | undefined): Verdict {
    const letter = letterOf(frame);
    if (letter === 'B') this.commits ||= SAVES.test(textsOf(frame)[1] ?? '');
    if (letter === 'Q') this.commits = /^commit\b/i.test(textsOf(frame)[0] ?? '');
    // Only with the Sync does the statement of an implicit transaction commit.
    if (!this.commits || (letter !== 'Q' && letter !== 'S')) return 'pass';
    this.commits = false;
    if (trigger?.waitsFor('commit_request')) {
      trigger.fired++;
      return 'cut_before';
    }
    this.swallows = trigger?.waitsFor('commit_reply') ?? false;
    return 'pass';
  }

  ofServer(frame: Buffer, trigger: Trigger | undefined): Verdict {
    const letter = letterOf(frame);
    if (letter === 'Z' && trigger?.waitsFor('last_word')) {
      trigger.fired++;
      return 'end';
    }
    if (!this.swallows) return 'pass';
    // Ready for the next request, without an error before: it is committed.
    if (letter === 'Z' && trigger?.waitsFor('commit_reply')) {
      trigger.fired++;
      return 'cut_before';
    }
    if (letter !== 'E' && letter !== 'Z') return 'hold';
    this.swallows = false;
    return 'pass';
  }
}

function lengthAt(bytes: Buffer, at: number): number | undefined {
  return bytes.length < at + 4 ? undefined : at + bytes.readUInt32BE(at);
}

function errorOf(fields: string): Buffer {
  const message = Buffer.from(`E....${fields}`);
  message.writeUInt32BE(message.length - 1, 1);
  return message;
}

const letterOf = (frame: Buffer): string => String.fromCharCode(frame[0] ?? 0);

/** The first two texts of a message: of a Bind the portal and the statement, of a Query what is asked. */
function textsOf(frame: Buffer): string[] {
  return frame.toString('latin1', 5, 200).split('\0', 2);
}
