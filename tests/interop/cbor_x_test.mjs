// The samples of the wire format, read and written by cbor-x in its structured clone mode.
//
//   cbor_x_test.mjs HAWSER_WIRE FOLDER_OF_NODE_MODULES
//
// Each sample must come out as what its expression says, and that value, written by cbor-x, must be the sample again for
// hawser.

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { isDeepStrictEqual, inspect } from "node:util";

const [tool, folder] = process.argv.slice(2);
const { Encoder } = createRequire(folder + "/")("cbor-x");
const cbor = new Encoder({ structuredClone: true, useRecords: false });

const bytes = (...numbers) => new Uint8Array(numbers);
const eight = () => bytes(1, 2, 3, 4, 5, 6, 7, 8).buffer;
const made = (value, change) => (change(value), value);
const twice = (value) => [value, value];

const values = {
  undefined: undefined,
  null: null,
  false: false,
  true: true,
  "2147483648": 2147483648,
  "1.5": 1.5,
  "-0": -0,
  "65504": 65504,
  "5.960464477539063e-8": 2 ** -24,
  "65505.5": 65505.5,
  "0.1": 0.1,
  "5e-324": 5e-324,
  "9007199254740992": 2 ** 53,
  Infinity: Infinity,
  "-Infinity": -Infinity,
  NaN: NaN,
  "0n": 0n,
  "1n": 1n,
  "-1n": -1n,
  "-256n": -256n,
  "18446744073709551616n": 2n ** 64n,
  "-18446744073709551617n": -(2n ** 64n) - 1n,
  '""': "",
  '"hawser"': "hawser",
  '"h\\u00e9"': "h\u00e9",
  '"\\u{1f6a2}"': "\u{1f6a2}",
  "new Date(0)": new Date(0),
  "new Date(-1000)": new Date(-1000),
  "new Date(1234567890123)": new Date(1234567890123),
  "new Date(8640000000000000)": new Date(8640000000000000),
  "new Date(NaN)": new Date(NaN),
  "/a\\/b/gi": /a\/b/gi,
  'new Error("m")': new Error("m"),
  "new EvalError()": new EvalError(),
  'new RangeError("")': new RangeError(""),
  'new ReferenceError("m")': new ReferenceError("m"),
  'new SyntaxError("m")': new SyntaxError("m"),
  'new URIError("m")': new URIError("m"),
  'new TypeError("m", {cause: 1})': new TypeError("m", { cause: 1 }),
  'new Error("m") with the stack "at f"': new Error("m"),
  'new Error("m", {cause: [1]}) with the stack "at f"': new Error("m", { cause: [1] }),
  "[]": [],
  "[1, [2, 3]]": [1, [2, 3]],
  "{}": {},
  "{b: 1, a: [true]}": { b: 1, a: [true] },
  "new Map()": new Map(),
  'new Map([[1, "one"], [[], {}]])': new Map([[1, "one"], [[], {}]]),
  'new Set([1, "1"])': new Set([1, "1"]),
  "new Uint8Array([1, 2]).buffer": bytes(1, 2).buffer,
  Int8Array: new Int8Array(eight()),
  Uint8Array: new Uint8Array(eight()),
  Uint8ClampedArray: new Uint8ClampedArray(eight()),
  Int16Array: new Int16Array(eight()),
  Uint16Array: new Uint16Array(eight()),
  Int32Array: new Int32Array(eight()),
  Uint32Array: new Uint32Array(eight()),
  Float32Array: new Float32Array(eight()),
  Float64Array: new Float64Array(eight()),
  BigInt64Array: new BigInt64Array(eight()),
  BigUint64Array: new BigUint64Array(eight()),
  "[buffer, buffer]": twice(bytes(1, 2, 3, 4).buffer),
  "[part, part]": twice({ x: 1 }),
  "[date, date]": twice(new Date(0)),
  "array = [array]": made([], (self) => self.push(self)),
  "object = {self: object}": made({}, (self) => (self.self = self)),
  "map = new Map([[map, map]])": made(new Map(), (self) => self.set(self, self)),
  "set = new Set([set])": made(new Set(), (self) => self.add(self)),
  "a = {b: {a}}": made({ b: {} }, (self) => (self.b.a = self)),
  'error = new Error("m", {cause: error})': made(new Error("m"), (self) => (self.cause = self)),
};
for (const number of [0, 23, 24, 256, 65536, 2147483647, -1, -25, -2147483648]) values[number] = number;

// What cbor-x has no reading for, and why.
const unreadable = {
  '"a\\ud800"': "lone surrogates become U+FFFD",
  '{"\\udc00": 1}': "lone surrogates become U+FFFD",
  '{["__proto__"]: 1}': "this key is renamed",
  "[1, , undefined]": "there are no holes",
  Float16Array: "there is no tag for these elements",
  "map = new Map([[map, map]])": "a map that holds itself gets an object instead, also when cbor-x wrote it",
  "set = new Set([set])": "a set that holds itself gets an object instead, also when cbor-x wrote it",
  'error = new Error("m", {cause: error})': "an error that holds itself gets an object instead",
};
const records = /^(a date of|a Mooring|new (Boolean|Number|String|DOMException|QuotaExceededError|Blob|File|DataView|ImageData)\(|Object|a FileList|an immutable|new ArrayBuffer|new Uint16Array\(buffer|new Uint8Array\(resizable|\[new Uint8Array)/;

// What it reads and does not write as what it was.
const unwritable = {
  "-0": "the sign is lost",
  "0n": "a BigInt of 64 bits is written as a number",
  "1n": "a BigInt of 64 bits is written as a number",
  "-1n": "a BigInt of 64 bits is written as a number",
  "-256n": "a BigInt of 64 bits is written as a number",
  "new EvalError()": "an error without a message gets an empty one",
  'new TypeError("m", {cause: 1})': "the cause is lost",
  'new Error("m", {cause: [1]}) with the stack "at f"': "the cause is lost",
  'new Error("m") with the stack "at f"': "the stack is lost",
  'error = new Error("m", {cause: error})': "the cause is lost",
};

// Every byte string is read as bytes, and every error as an Error.
function equal(read, meant) {
  if (meant instanceof Date) return read instanceof Date && Object.is(read.getTime(), meant.getTime());
  if (meant instanceof ArrayBuffer) return read instanceof Uint8Array && isDeepStrictEqual([...read], [...new Uint8Array(meant)]);
  if (meant instanceof Error)
    return read instanceof Error && read.message === meant.message && (meant.cause === meant ? read.cause === read : isDeepStrictEqual(read.cause, meant.cause));
  if (Array.isArray(meant) && meant.length === 2 && meant[0] === meant[1])
    return read.length === 2 && read[0] === read[1] && equal(read[0], meant[0]);
  return isDeepStrictEqual(read, meant);
}

const failures = [];
const written = [];
const lines = execFileSync(tool, ["write"], { encoding: "utf8" }).trimEnd().split("\n");
const names = lines.map((line) => line.split("\t")[0]);
let reads = 0;
for (const name of [...Object.keys(values), ...Object.keys(unreadable), ...Object.keys(unwritable)])
  if (!names.includes(name)) failures.push(`${name}: hawser has no such sample`);
for (const line of lines) {
  const [name, hex] = line.split("\t");
  if (records.test(name) || (name in unreadable && !(name in values))) continue;
  if (!(name in values)) {
    failures.push(`${name}: no value is known for this`);
    continue;
  }
  try {
    const read = cbor.decode(Buffer.from(hex.replaceAll(" ", ""), "hex"));
    if (!(name in unreadable) && !equal(read, values[name])) failures.push(`${name}: cbor-x reads ${inspect(read)}, expected is ${inspect(values[name])}`);
    reads += name in unreadable ? 0 : 1;
    if (!(name in unwritable)) written.push(`${name}\t${Buffer.from(cbor.encode(values[name])).toString("hex")}\n`);
  } catch (error) {
    failures.push(`${name}: ${error.stack}`);
  }
}
try {
  execFileSync(tool, ["check"], { input: written.join(""), encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
} catch (error) {
  failures.push(error.stderr);
}
console.log(`cbor-x: ${reads} of ${lines.length} samples read, ${written.length} written`);
for (const failure of failures) console.error(failure);
process.exit(failures.length > 0 ? 1 : 0);
