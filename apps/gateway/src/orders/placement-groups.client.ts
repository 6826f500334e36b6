/** Orders that have set out together. */
export interface Group {
  readonly size: number;
  /** How many of them have no answer yet. */
  left: number;
  /** When it has arrived, whatever is left. */
  timer: NodeJS.Timeout;
}

/** Of one gateway. Two leave processors idle while both wait for a disk; of four each is smaller. */
const ENOUGH_UNDER_WAY = 3;
/** While others are under way: clients that have their answers at the same moment ask again within about as long. */
const GATHER_MS = 3;
const HOLD_MS = 40;
/** A group whose orders take longer than this, for the provider is slow perhaps, keeps nobody waiting. */
const FORGOTTEN_MS = 250;
/** Of a group: so many may take longer for reasons of their own, and are waited for a little. */
const STRAGGLERS = 0.1;
const STRAGGLERS_MS = 15;

/**
 * Lets orders set out in groups. Each step of an order is a message, a commit, and a handful of processes that wake up, which cost the
 * same for one order as for fifty; those that set out together share them on all their way. So the next group gathers while
 * three are under way, as bytes do in Nagle's algorithm: whoever is alone waits for nobody. See docs/adr/0042.
 */
export class PlacementGroups {
  readonly #underWay = new Set<Group>();
  #gathering: ((group: Group) => void)[] = [];
  #isHeld = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly onSetOut: () => void) {}

  /** Resolves when it is time to set out. Then `answered` has to be told once, whatever becomes of the order. */
  join(): Promise<Group> {
    return new Promise((resolve) => {
      if (this.#gathering.push(resolve) > 1) return;
      // After all sockets that are readable now have been read.
      if (this.#underWay.size === 0) setImmediate(() => this.#setOut());
      else this.#timer = setTimeout(() => this.#gathered(), GATHER_MS);
    });
  }

  answered(group: Group): void {
    group.left--;
    if (group.left === 0) this.#arrived(group);
    else if (group.left === Math.floor(group.size * STRAGGLERS) && this.#underWay.has(group)) {
      clearTimeout(group.timer);
      group.timer = setTimeout(() => this.#arrived(group), STRAGGLERS_MS);
    }
  }

  #gathered(): void {
    if (this.#underWay.size < ENOUGH_UNDER_WAY) this.#setOut();
    else {
      this.#isHeld = true;
      this.#timer = setTimeout(() => this.#setOut(), HOLD_MS);
    }
  }

  #setOut(): void {
    clearTimeout(this.#timer);
    this.#isHeld = false;
    const orders = this.#gathering.splice(0);
    const timer = setTimeout(() => this.#arrived(group), FORGOTTEN_MS);
    const group: Group = { size: orders.length, left: orders.length, timer };
    this.#underWay.add(group);
    this.onSetOut();
    for (const setOut of orders) setOut(group);
  }

  #arrived(group: Group): void {
    if (!this.#underWay.delete(group)) return;
    clearTimeout(group.timer);
    if (this.#gathering.length > 0 && (this.#isHeld || this.#underWay.size === 0)) this.#setOut();
  }
}
