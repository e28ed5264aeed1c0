#include "value_workloads.hpp"

#include <cstddef>
#include <utility>
#include <vector>

#include <hawser/value_decoder.hpp>
#include <hawser/value_encoder.hpp>

#include "node_peer.hpp"

namespace bench {
namespace {

using bytes = std::vector<std::byte>;

// Encodes into a vector that its caller keeps; the encoder's own memory serves for all values.
bytes encoded(hawser::value_encoder& encoder, const hawser::value& from) {
  bytes made;
  hawser::vector_sink sink{made};
  if (const auto err = encoder.encode(from, sink))
    fail(err.what());
  return made;
}

std::vector<bytes> encoded_and_checked(const std::vector<hawser::value>& values) {
  hawser::value_encoder encoder;
  std::vector<bytes> made;
  for (const auto& each : values) {
    made.push_back(encoded(encoder, each));
    const auto back = hawser::decode(made.back());
    if (!back || *back != each)
      fail("a value was decoded as another");
  }
  return made;
}

template <class Operation>
duration timed(std::uint64_t count, Operation operation) {
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < count; ++i)
    operation(i);
  return std::chrono::steady_clock::now() - start;
}

class encoding : public workload {
public:
  explicit encoding(std::vector<hawser::value> values)
    : values_(std::move(values)), expected_(encoded_and_checked(values_)) {}

  duration run(std::uint64_t count) override {
    return timed(count, [this](std::uint64_t i) {
      const auto which = i % values_.size();
      if (encoded(encoder_, values_[which]).size() != expected_[which].size())
        fail("a value was encoded in another length than before");
    });
  }

private:
  const std::vector<hawser::value> values_;
  const std::vector<bytes> expected_;
  hawser::value_encoder encoder_;
};

class decoding : public workload {
public:
  explicit decoding(const std::vector<hawser::value>& values)
    : encoded_(encoded_and_checked(values)) {
    for (const auto& each : values)
      sizes_.push_back(each.size());
  }

  duration run(std::uint64_t count) override {
    return timed(count, [this](std::uint64_t i) {
      const auto which = i % encoded_.size();
      const auto made = hawser::decode(encoded_[which]);
      if (!made || made->size() != sizes_[which])
        fail("a value was decoded in another size than before");
    });
  }

private:
  const std::vector<bytes> encoded_;
  std::vector<std::size_t> sizes_;
};

load_factory on_node(const std::string& load, const corpus& from) {
  return [load, make = from.make](hawser::system&, const effort&) {
    return make_node_peer(load, to_json(make()));
  };
}

} // namespace

load_factory encoding_of(const corpus& from) {
  return [make = from.make](hawser::system&, const effort&) {
    return std::make_unique<encoding>(make());
  };
}

load_factory decoding_of(const corpus& from) {
  return [make = from.make](hawser::system&, const effort&) {
    return std::make_unique<decoding>(make());
  };
}

load_factory node_encoding_of(const corpus& from) {
  return on_node("encode", from);
}

load_factory node_decoding_of(const corpus& from) {
  return on_node("decode", from);
}

} // namespace bench
