// One thread posts messages through a channel to itself.

import { MessageChannel } from 'node:worker_threads';
import { ArrivalCheck, payload, secondsSince } from './payload.mjs';

export function make() {
  const { port1, port2 } = new MessageChannel();
  return {
    run: (count) =>
      new Promise((done) => {
        const check = new ArrivalCheck(count);
        const start = process.hrtime.bigint();
        port2.removeAllListeners('message');
        port2.on('message', (data) => {
          if (check.arrived(data)) done(secondsSince(start));
        });
        for (let i = 0; i < count; ++i) port1.postMessage(payload(i));
      }),
    end: () => port1.close(),
  };
}
