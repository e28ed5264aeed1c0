// What every message is, and the check that it arrives once, in order and whole: as in workload.hpp.

const text = '0123456789abcdef';

export const payload = (number) => [number, text];

export class ArrivalCheck {
  #next = 0;
  #count;

  constructor(count) {
    this.#count = count;
  }

  /** True for the last message. */
  arrived([number, got]) {
    if (number !== this.#next || got.length !== text.length) throw new Error('a message arrived out of order or changed');
    return ++this.#next === this.#count;
  }
}

export const secondsSince = (start) => Number(process.hrtime.bigint() - start) / 1e9;
