// Makes channels, keeps one port of each and transfers the other through another channel of the same thread, until the last has
// arrived. Closing them is not timed.

import { MessageChannel } from 'node:worker_threads';
import { ArrivalCheck, payload, secondsSince } from './payload.mjs';

export function make() {
  const { port1, port2 } = new MessageChannel();
  return {
    run: (count) =>
      new Promise((done) => {
        const check = new ArrivalCheck(count);
        const kept = new Array(count);
        const arrived = [];
        const start = process.hrtime.bigint();
        port2.removeAllListeners('message');
        port2.on('message', ({ data, port }) => {
          arrived.push(port);
          if (!check.arrived(data)) return;
          const taken = secondsSince(start);
          const closed = arrived.map((each) => new Promise((gone) => each.once('close', gone)));
          for (const each of kept) each.close();
          Promise.all(closed).then(() => done(taken));
        });
        for (let i = 0; i < count; ++i) {
          const made = new MessageChannel();
          kept[i] = made.port1;
          port1.postMessage({ data: payload(i), port: made.port2 }, [made.port2]);
        }
      }),
    end: () => port1.close(),
  };
}
