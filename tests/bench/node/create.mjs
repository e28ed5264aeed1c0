// Makes channels and keeps both ports of each; closing them is not timed.

import { MessageChannel } from 'node:worker_threads';
import { secondsSince } from './payload.mjs';

const allClosed = (channels) =>
  Promise.all(
    channels.map(({ port2 }) => {
      const closed = new Promise((done) => port2.once('close', done));
      port2.close();
      return closed;
    }),
  );

export function make() {
  return {
    async run(count) {
      const kept = new Array(count);
      const start = process.hrtime.bigint();
      for (let i = 0; i < count; ++i) kept[i] = new MessageChannel();
      const taken = secondsSince(start);
      await allClosed(kept);
      return taken;
    },
  };
}
