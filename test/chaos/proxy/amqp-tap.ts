import { type Tap, type Trigger, type Verdict } from './trigger.js';

const METHOD = 1;
const HEADER = 2;
const BODY = 3;
/** Where the payload of a frame begins: after type, channel and length. */
const PAYLOAD = 7;
/** Class and method of what we look for. */
const PUBLISH = [60, 40] as const;
const ACK = [60, 80] as const;
/** Of the same length, and with the same tag in the same place. */
const NACK_METHOD = 120;
const ANSWERS = 'waybill.reply';
const SHUTDOWN = 'CONNECTION_FORCED - broker forced connection closure with reason shutdown';
/** connection.close, with 320 and these words. */
const CLOSE = Buffer.concat([
  Buffer.from([METHOD, 0, 0, 0, 0, 0, SHUTDOWN.length + 11, 0, 10, 0, 50, 1, 64, SHUTDOWN.length]),
  Buffer.from(SHUTDOWN),
  Buffer.from([0, 0, 0, 0, 0xce]),
]);

/** Just enough of AMQP 0-9-1: a frame is a type, a channel, a length, so many bytes and an end mark. */
export class AmqpTap implements Tap {
  readonly lengthOf = {
    // A client says first which protocol it speaks.
    client: (bytes: Buffer, index: number) => (index === 0 ? 8 : lengthOf(bytes)),
    server: lengthOf,
  };
  readonly goodbye = CLOSE;
  /** Bytes of an answer that are still to come, by channel. */
  private readonly answers = new Map<number, number>();
  private isGreeted = false;

  ofClient(frame: Buffer, trigger: Trigger | undefined): Verdict {
    if (!this.isGreeted) {
      this.isGreeted = true;
      return 'pass';
    }
    if (isMethod(frame, PUBLISH) && exchangeOf(frame) === ANSWERS) this.answers.set(channelOf(frame), 0);
    const isWhole = this.endsAnswer(frame);
    if (!isWhole || !trigger?.waitsFor('answer')) return 'pass';
    trigger.fired++;
    return 'cut_all';
  }

  ofServer(frame: Buffer, trigger: Trigger | undefined): Verdict {
    // A broker acknowledges nothing but what was published with confirm.
    if (!trigger || !isMethod(frame, ACK)) return 'pass';
    const { name } = trigger;
    if (!trigger.waitsFor(name) || name === 'answer') return 'pass';
    trigger.fired++;
    if (name === 'confirm') return 'cut_before';
    if (name === 'last_word') return 'end';
    frame.writeUInt16BE(NACK_METHOD, PAYLOAD + 2);
    return 'pass';
  }

  private endsAnswer(frame: Buffer): boolean {
    const channel = channelOf(frame);
    const missing = this.answers.get(channel);
    if (missing === undefined || frame[0] === METHOD) return false;
    if (frame[0] === HEADER) this.answers.set(channel, Number(frame.readBigUInt64BE(PAYLOAD + 4)));
    if (frame[0] === BODY) this.answers.set(channel, missing - frame.readUInt32BE(3));
    const isWhole = this.answers.get(channel) === 0;
    if (isWhole) this.answers.delete(channel);
    return isWhole;
  }
}

function lengthOf(bytes: Buffer): number | undefined {
  return bytes.length < PAYLOAD ? undefined : PAYLOAD + bytes.readUInt32BE(3) + 1;
}

const channelOf = (frame: Buffer): number => frame.readUInt16BE(1);

function isMethod(frame: Buffer, [classId, methodId]: readonly [number, number]): boolean {
  return (
    frame[0] === METHOD &&
    frame.readUInt16BE(PAYLOAD) === classId &&
    frame.readUInt16BE(PAYLOAD + 2) === methodId
  );
}

/** Of a basic.publish: behind class, method and a reserved number. */
function exchangeOf(frame: Buffer): string {
  const at = PAYLOAD + 6;
  return frame.toString('latin1', at + 1, at + 1 + (frame[at] ?? 0));
}
