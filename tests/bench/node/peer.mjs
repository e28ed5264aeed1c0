// Node's side of a row: node peer.mjs LOAD. The first line on standard input is what the load is given, as JSON. Every further
// line is a number of operations; each is answered with a line {"seconds": ...} of JSON. Ends with standard input.

import { createInterface } from 'node:readline';

const loads = {
  flood: () => import('./flood.mjs'),
  pingpong: () => import('./pingpong.mjs'),
  create: () => import('./create.mjs'),
  transfer: () => import('./transfer.mjs'),
  encode: () => import('./encode.mjs'),
  decode: () => import('./decode.mjs'),
};

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { make } = await loads[process.argv[2]]();
const load = await make(JSON.parse((await lines.next()).value));
for (let line = await lines.next(); !line.done; line = await lines.next()) {
  globalThis.gc(); // What earlier runs have left is not this one's business.
  console.log(JSON.stringify({ seconds: await load.run(Number(line.value)) }));
}
await load.end?.();
