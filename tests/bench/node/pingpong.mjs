// Two threads, one of them a worker, with a channel between them: one message to and fro. One operation is a round trip.

import { isMainThread, MessageChannel, Worker, workerData } from 'node:worker_threads';
import { ArrivalCheck, payload, secondsSince } from './payload.mjs';

export function make() {
  const { port1, port2 } = new MessageChannel();
  new Worker(new URL(import.meta.url), { workerData: port2, transferList: [port2] });
  return {
    run: (count) =>
      new Promise((done) => {
        const check = new ArrivalCheck(count);
        port1.removeAllListeners('message');
        port1.on('message', (data) => {
          if (check.arrived(data)) done(secondsSince(start));
          else port1.postMessage(payload(data[0] + 1));
        });
        const start = process.hrtime.bigint();
        port1.postMessage(payload(0));
      }),
    end: () => port1.close(),
  };
}

if (!isMainThread) workerData.on('message', ([number]) => workerData.postMessage(payload(number)));
