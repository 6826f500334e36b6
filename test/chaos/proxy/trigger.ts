/**
 * What a proxy waits for in the protocol, to break the connection just then.
 * `commit_reply`: PostgreSQL has committed, and its answer never arrives. `commit_request`: the commit itself never arrives.
 * `confirm`: the broker has taken a message, and its confirm never arrives. `refusal`: it arrives as the refusal of a full
 * queue. `answer`: an answer has been published, and then the service loses all its connections to the broker. `last_word`: the
 * server ends the connection in the same breath in which it answers or confirms.
 */
export type TriggerName = 'commit_reply' | 'commit_request' | 'confirm' | 'refusal' | 'answer' | 'last_word';

/** Set on all connections of a proxy until it has fired so often. */
export class Trigger {
  fired = 0;

  constructor(
    readonly name: TriggerName,
    readonly times: number,
  ) {}

  waitsFor(name: TriggerName): boolean {
    return this.name === name && this.fired < this.times;
  }
}

/**
 * What becomes of a frame. `hold`: it waits for the fate of the next ones. `cut_all`: it passes, then every connection of the proxy
 * breaks. `end`: it passes together with the server's goodbye, in one piece.
 */
export type Verdict = 'pass' | 'hold' | 'cut_before' | 'cut_all' | 'end';

/** Listens in on one connection. */
export interface Tap {
  readonly lengthOf: { readonly client: LengthOfFrame; readonly server: LengthOfFrame };
  /** What the server says when it is made to end a connection. */
  readonly goodbye: Buffer;
  ofClient(frame: Buffer, trigger: Trigger | undefined): Verdict;
  ofServer(frame: Buffer, trigger: Trigger | undefined): Verdict;
}

type LengthOfFrame = (bytes: Buffer, index: number) => number | undefined;
