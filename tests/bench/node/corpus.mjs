// The values that hawser's side encodes, out of the JSON it sends: typed arrays stand in it as {$view, elements}.

import { deepStrictEqual } from 'node:assert';
import { deserialize, serialize } from 'node:v8';

export function corpus(given) {
  const made = given.map(revive);
  deepStrictEqual(JSON.parse(JSON.stringify(made, replacer)), given);
  for (const each of made) deepStrictEqual(deserialize(serialize(each)), each);
  return made;
}

const replacer = (_, value) => (ArrayBuffer.isView(value) ? { $view: value.constructor.name, elements: [...value] } : value);

function revive(from) {
  if (Array.isArray(from)) return from.map(revive);
  if (from === null || typeof from !== 'object') return from;
  if (from.$view !== undefined) return globalThis[from.$view].from(from.elements);
  return Object.fromEntries(Object.entries(from).map(([key, content]) => [key, revive(content)]));
}
