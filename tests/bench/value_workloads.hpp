#pragma once

#include "corpus.hpp"
#include "rows.hpp"

namespace bench {

/// The wire format of values: every value of a corpus is encoded into a vector of its own, or
/// decoded. One operation is one value. Checked before: what is decoded equals what was encoded.
load_factory encoding_of(const corpus& from);
load_factory decoding_of(const corpus& from);

/// `v8.serialize` and `v8.deserialize` of the same values.
load_factory node_encoding_of(const corpus& from);
load_factory node_decoding_of(const corpus& from);

} // namespace bench
