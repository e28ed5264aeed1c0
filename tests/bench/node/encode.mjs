// Every value is serialized into a buffer of its own. One operation is one value.

import { serialize } from 'node:v8';
import { corpus } from './corpus.mjs';
import { secondsSince } from './payload.mjs';

export function make(given) {
  const values = corpus(given);
  const sizes = values.map((each) => serialize(each).length);
  return {
    run(count) {
      const start = process.hrtime.bigint();
      for (let i = 0; i < count; ++i) {
        const which = i % values.length;
        if (serialize(values[which]).length !== sizes[which]) throw new Error('a value was serialized in another length than before');
      }
      return secondsSince(start);
    },
  };
}
