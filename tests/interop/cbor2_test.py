"""The samples of the wire format, read and written by Python's cbor2.

    cbor2_test.py HAWSER_WIRE

Each sample must come out as the Python value below, and that value, written by cbor2, must be the
sample again for hawser. What Python has no type for is a CBORTag.
"""

import datetime
import math
import subprocess
import sys

import cbor2
from cbor2 import CBORTag, undefined

UTC = datetime.timezone.utc


def record(name, *arguments):
    return CBORTag(27, [name, *arguments])


def when(milliseconds):
    return datetime.datetime(1970, 1, 1, tzinfo=UTC) + datetime.timedelta(milliseconds=milliseconds)


def circle(make, close):
    made = make()
    close(made)
    return made


def twice(part):
    return [part, part]




EIGHT = bytes(range(1, 9))
PIXEL = CBORTag(68, bytes(4))
FILE = record("File", b"hi", "a.txt", "text/plain", 1000.0)

VALUES = {
    "undefined": undefined,
    "null": None,
    "false": False,
    "true": True,
    "0": 0,
    "23": 23,
    "24": 24,
    "256": 256,
    "65536": 65536,
    "2147483647": 2147483647,
    "-1": -1,
    "-25": -25,
    "-2147483648": -2147483648,
    "2147483648": 2147483648.0,
    "1.5": 1.5,
    "-0": -0.0,
    "65504": 65504.0,
    "5.960464477539063e-8": 2.0**-24,
    "65505.5": 65505.5,
    "0.1": 0.1,
    "5e-324": 5e-324,
    "9007199254740992": 2.0**53,
    "Infinity": math.inf,
    "-Infinity": -math.inf,
    "NaN": math.nan,
    "0n": 0,
    "1n": 1,
    "-1n": -1,
    "-256n": -256,
    "18446744073709551616n": 2**64,
    "-18446744073709551617n": -(2**64) - 1,
    '""': "",
    '"hawser"': "hawser",
    r'"h\u00e9"': "h\u00e9",
    r'"\u{1f6a2}"': "\U0001f6a2",
    r'"a\ud800"': CBORTag(273, b"a\xed\xa0\x80"),
    "new Date(0)": when(0),
    "new Date(-1000)": when(-1000),
    "new Date(1234567890123)": when(1234567890123),
    "a date of half a millisecond": record("Date", 0.5),
    r"/a\/b/gi": record("RegExp", r"a\/b", "gi"),
    "new Boolean(true)": record("Boolean", True),
    "new Number(3)": record("Number", 3),
    'new String("x")': record("String", "x"),
    "Object(1n)": record("BigInt", 1),
    'new Error("m")': record("Error", "m"),
    "new EvalError()": record("EvalError"),
    'new RangeError("")': record("RangeError", ""),
    'new ReferenceError("m")': record("ReferenceError", "m"),
    'new SyntaxError("m")': record("SyntaxError", "m"),
    'new URIError("m")': record("URIError", "m"),
    'new TypeError("m", {cause: 1})': record("TypeError", "m", {"cause": 1}),
    'new Error("m") with the stack "at f"': record("Error", "m", undefined, "at f"),
    'new Error("m", {cause: [1]}) with the stack "at f"': record("Error", "m", {"cause": [1]}, "at f"),
    'new DOMException("m", "DataCloneError")': record("DOMException", "m", "DataCloneError"),
    'new DOMException("m", "AbortError") with the stack "at f"': record("DOMException", "m", "AbortError", "at f"),
    'new QuotaExceededError("m", {quota: 10})': record("DOMException", "m", "QuotaExceededError", "", 10.0),
    'new QuotaExceededError("m", {requested: 11})': record(
        "DOMException", "m", "QuotaExceededError", "", undefined, 11.0
    ),
    'new Blob(["hi"], {type: "text/plain"})': record("Blob", b"hi", "text/plain"),
    'new File(["hi"], "a.txt", {type: "text/plain", lastModified: 1000})': FILE,
    "a Mooring { berth: 3 }": record("Struct", "Mooring", {"berth": 3}),
    "a FileList of one File": record("FileList", record("File", b"hi", "a", "", 0.0)),
    "[]": [],
    "[1, [2, 3]]": [1, [2, 3]],
    "[1, , undefined]": [1, CBORTag(31, undefined), undefined],
    "Object.assign([1], {index: 3})": record("Array", [1], {"index": 3}),
    "{}": {},
    "{b: 1, a: [true]}": {"b": 1, "a": [True]},
    '{["__proto__"]: 1}': {"__proto__": 1},
    r'{"\udc00": 1}': {CBORTag(273, b"\xed\xb0\x80"): 1},
    "new Map()": CBORTag(259, {}),
    'new Map([[1, "one"], [[], {}]])': CBORTag(259, {1: "one", (): {}}),
    'new Set([1, "1"])': {1, "1"},
    "new Uint8Array([1, 2]).buffer": b"\x01\x02",
    "new ArrayBuffer(2, {maxByteLength: 8}) with a 7 in front": record("ArrayBuffer", b"\x07\x00", 8),
    "an immutable ArrayBuffer": record("ImmutableArrayBuffer", b"\x01\x02"),
    "Int8Array": CBORTag(72, EIGHT),
    "Uint8Array": CBORTag(64, EIGHT),
    "Uint8ClampedArray": CBORTag(68, EIGHT),
    "Int16Array": CBORTag(77, EIGHT),
    "Uint16Array": CBORTag(69, EIGHT),
    "Int32Array": CBORTag(78, EIGHT),
    "Uint32Array": CBORTag(70, EIGHT),
    "Float16Array": CBORTag(84, EIGHT),
    "Float32Array": CBORTag(85, EIGHT),
    "Float64Array": CBORTag(86, EIGHT),
    "BigInt64Array": CBORTag(79, EIGHT),
    "BigUint64Array": CBORTag(71, EIGHT),
    "new DataView(buffer)": record("DataView", b"\x01\x02", 0, 2),
    "new Uint16Array(buffer, 2, 1)": record("Uint16Array", bytes([1, 2, 3, 4]), 2, 1),
    "new Uint8Array(resizable)": record("Uint8Array", record("ArrayBuffer", bytes(2), 8), 0),
    "new ImageData(1, 1)": record("ImageData", PIXEL, 1, 1, "srgb"),
    'new ImageData(1, 1, {colorSpace: "display-p3"})': record("ImageData", PIXEL, 1, 1, "display-p3"),
    "[part, part]": twice({"x": 1}),
    "array = [array]": circle(list, lambda made: made.append(made)),
    "object = {self: object}": circle(dict, lambda made: made.update(self=made)),
    'error = new Error("m", {cause: error})': circle(
        lambda: record("Error", "m", {}), lambda made: made.value[2].update(cause=made)
    ),
    "a = {b: {a}}": circle(lambda: {"b": {}}, lambda made: made["b"].update(a=made)),
    "[buffer, buffer]": twice(bytes([1, 2, 3, 4])),
    "[date, date]": twice(when(0)),
    "[new Uint8Array(buffer), new Uint8Array(buffer, 1)]": [
        record("Uint8Array", bytes([1, 2, 3, 4]), 0, 4),
        record("Uint8Array", bytes([1, 2, 3, 4]), 1, 3),
    ],
}

# What can be read and not be built.
HOLDS = {
    "map = new Map([[map, map]])": lambda read: read.tag == 259
    and [(key is read, content is read) for key, content in read.value.items()] == [(True, True)],
}

# What cbor2 cannot read, and why.
UNREADABLE = {
    "new Date(NaN)": "there is no such datetime",
    "new Date(8640000000000000)": "a datetime ends in the year 9999",
    "set = new Set([set])": "a set cannot be its own item",
}

# What it reads and cannot write as what it was.
UNWRITABLE = {
    "0n": "Python has one kind of integer",
    "1n": "Python has one kind of integer",
    "-1n": "Python has one kind of integer",
    "-256n": "Python has one kind of integer",
    "Object(1n)": "Python has one kind of integer",
    'new Set([1, "1"])': "a Python set has no order",
}

# What cbor2 marks only if it is told where: it shares lists, dicts and what is in a tag, not the tag.
MARKED = {
    'error = new Error("m", {cause: error})': CBORTag(28, record("Error", "m", {"cause": CBORTag(29, 0)})),
    "map = new Map([[map, map]])": CBORTag(28, CBORTag(259, {CBORTag(29, 0): CBORTag(29, 0)})),
    "set = new Set([set])": CBORTag(28, CBORTag(258, [CBORTag(29, 0)])),
    "[buffer, buffer]": [CBORTag(28, bytes([1, 2, 3, 4])), CBORTag(29, 0)],
    "[date, date]": [CBORTag(28, when(0)), CBORTag(29, 0)],
    "[new Uint8Array(buffer), new Uint8Array(buffer, 1)]": [
        record("Uint8Array", CBORTag(28, bytes([1, 2, 3, 4])), 0, 4),
        record("Uint8Array", CBORTag(29, 0), 1, 3),
    ],
}


def equal(left, right, met=None):
    """Deep equality that keeps types, the sign of zero and NaN, and ends in circles."""
    met = met or {}
    if isinstance(left, (list, dict, CBORTag)) and id(left) in met:
        return met[id(left)] == id(right)
    if type(left) is not type(right) and not {type(left), type(right)} <= {list, tuple}:
        return False
    met = {**met, id(left): id(right)}
    if isinstance(left, float):
        return (math.isnan(left) and math.isnan(right)) or (left == right and math.copysign(1, left) == math.copysign(1, right))
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(equal(a, b, met) for a, b in zip(left, right))
    if isinstance(left, dict):
        pairs = list(zip(left.items(), right.items()))
        return len(left) == len(right) and all(equal(a, c, met) and equal(b, d, met) for (a, b), (c, d) in pairs)
    if isinstance(left, CBORTag):
        return left.tag == right.tag and equal(left.value, right.value, met)
    return left == right


def main():
    tool = sys.argv[1]
    lines = subprocess.run([tool, "write"], check=True, capture_output=True, text=True).stdout.splitlines()
    failures = []
    written = []
    names = [line.split("\t")[0] for line in lines]
    for name in [*VALUES, *HOLDS, *UNREADABLE, *UNWRITABLE, *MARKED]:
        if name not in names:
            failures.append(f"{name}: hawser has no such sample")
    for line in lines:
        name, data = line.split("\t")
        try:
            read = cbor2.loads(bytes.fromhex(data))
        except Exception as error:
            if name not in UNREADABLE:
                failures.append(f"{name}: cbor2 cannot read {data}: {error!r}")
            continue
        if name in UNREADABLE:
            failures.append(f"{name}: cbor2 can read this after all: {read!r}")
            continue
        if name in HOLDS:
            if not HOLDS[name](read):
                failures.append(f"{name}: cbor2 reads {read!r}")
            continue
        if name not in VALUES:
            failures.append(f"{name}: no Python value is known for this; cbor2 reads {read!r}")
            continue
        if not equal(read, VALUES[name]):
            failures.append(f"{name}: cbor2 reads {read!r}, expected is {VALUES[name]!r}")
        if name == "[part, part]" and read[0] is not read[1]:
            failures.append(f"{name}: cbor2 reads two parts")
        if name in UNWRITABLE:
            continue
        shared = name not in MARKED and (name == "[part, part]" or " = " in name)
        again = cbor2.dumps(MARKED.get(name, VALUES[name]), value_sharing=shared, datetime_as_timestamp=True)
        written.append(f"{name}\t{again.hex()}\n")
    written += [f"{name}\t{cbor2.dumps(MARKED[name]).hex()}\n" for name in MARKED if name not in VALUES]
    check = subprocess.run([tool, "check"], input="".join(written), capture_output=True, text=True)
    if check.returncode != 0:
        failures.append(check.stderr)
    print(f"cbor2: {len(lines) - len(UNREADABLE)} of {len(lines)} samples read, {len(written)} written")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
