// Every value is deserialized out of its bytes. One operation is one value. A typed array then still shows the input where it
// happens to be aligned; what arrives in a message must own its bytes, so such an array is copied.

import { deserialize, serialize } from 'node:v8';
import { corpus } from './corpus.mjs';
import { secondsSince } from './payload.mjs';

const owned = (value, input) => {
  if (Array.isArray(value) && ArrayBuffer.isView(value[0]))
    return value.map((view) => (view.buffer === input.buffer ? view.slice() : view));
  return value;
};

const sizeOf = (value) => (Array.isArray(value) ? value.length : Object.keys(value).length);

export function make(given) {
  const values = corpus(given);
  const inputs = values.map((each) => serialize(each));
  const sizes = values.map(sizeOf);
  return {
    run(count) {
      const start = process.hrtime.bigint();
      for (let i = 0; i < count; ++i) {
        const which = i % inputs.length;
        if (sizeOf(owned(deserialize(inputs[which]), inputs[which])) !== sizes[which])
          throw new Error('a value was deserialized in another size than before');
      }
      return secondsSince(start);
    },
  };
}
