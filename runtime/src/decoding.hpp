#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hawser/error.hpp"
#include "hawser/value.hpp"
#include "hawser/wire_limits.hpp"
#include "wire_format.hpp"

namespace hawser::detail {

/// The state of a `value_decoder`, and what it does.
///
/// CBOR items are read one head at a time. Containers that are not complete lie on a list, so that
/// reading can stop anywhere and go on when more bytes are there. A reference to a container that
/// is still open is left as a placeholder; once the value is complete, a `value_copier` makes the
/// circles out of them.
class decoding {
public:
  explicit decoding(const wire_options& options) : options_(options) {}

  /// Is what is fed all there is?
  enum class rest : std::uint8_t { may_follow, none };

  void feed(std::span<const std::byte> bytes, rest more);

  /// What has been wrong so far.
  const error& trouble() const noexcept { return trouble_; }

  /// Gives the value, or says what was wrong. Then `reset` comes before anything else.
  error take(value& into);

  /// Ready for the next value, with the memory of the last.
  void reset(std::size_t transferred_ports);

  const wire_options& options() const noexcept { return options_; }

  bool complete() const noexcept { return complete_; }

  std::uint64_t position() const noexcept { return position_ + held_size_; }

private:
  static constexpr auto unmarked = std::numeric_limits<std::uint32_t>::max();
  static constexpr auto indefinite = std::numeric_limits<std::uint64_t>::max();

  enum class kind : std::uint8_t { array, set, object, map, record };

  // Few keys are compared with each other as they come, many by the index once all are there.
  static constexpr std::uint32_t compared_keys_max = 16;

  // A container whose items are being read.
  struct frame {
    value made;              ///< An array for a record.
    std::uint64_t remaining; ///< Items, keys counted.
    std::uint32_t mark;
    kind what;
    wire::record record = wire::record::unnamed;
    std::uint8_t leaf_nesting = 0; ///< Of records inside records that are no containers.
    std::uint8_t levels = 0;       ///< What it counts against the limit.
    bool at_key = false;
    bool named = false; ///< Did a record's name stand in it?
  };

  // Tags that wait for their item.
  struct tags {
    std::optional<wire::tag> content;
    std::uint64_t number = 0; ///< The content tag's.
    std::uint32_t mark = unmarked;

    bool any() const noexcept { return content || mark != unmarked; }

    // Part by part: what is put together elsewhere and copied here waits until those writes are
    // done, which took 3 % of the flood between nodes.
    void clear() noexcept {
      content.reset();
      number = 0;
      mark = unmarked;
    }
  };

  // A string of which a part has been read.
  struct string_body {
    wire::major kind = wire::major::bytes;
    bool open = false;
    bool chunked = false;
    std::uint64_t left = 0;
    std::vector<std::byte> read;
  };

  struct head {
    std::uint8_t first;
    std::uint64_t argument;
    std::size_t size;

    wire::major kind() const noexcept { return static_cast<wire::major>(first >> 5); }
    bool is_indefinite() const noexcept { return (first & 31U) == wire::info_indefinite; }
  };

  // -- decoding.cpp: bytes and heads --
  void read(std::span<const std::byte> bytes);
  void read_items();
  bool parse_head(head& into);
  void hold_head();
  std::size_t missing_of_head() const noexcept;
  void take_item(const head& item);
  void take_string(const head& item);
  void take_body();
  void take_chunk(const head& item);
  void end_string();
  void take_break();
  void take_simple(const head& item);
  std::uint64_t left() const noexcept { return static_cast<std::uint64_t>(end_ - at_); }
  std::uint64_t here() const noexcept {
    return position_ + static_cast<std::uint64_t>(at_ - begin_);
  }

  // -- decoding_runs.cpp: the short way for what most values consist of --
  void read_run();
  std::uint64_t read_elements(const value& into, std::uint64_t most);
  void read_members(frame& top);
  bool read_plain(value* to);
  bool open_plain();
  bool read_flat(std::uint64_t count);
  bool holds_number() const noexcept;
  bool afford(std::uint64_t bytes) noexcept;
  std::optional<std::string_view> read_short_text();

  // -- decoding_frames.cpp: containers --
  void take_container(const head& item);
  void open(kind what, wire::record record, std::uint64_t count);
  frame& add_frame(kind what, std::uint32_t mark);
  bool fits(std::uint64_t items);
  bool may_open(kind what);
  value made_for(kind what, std::size_t capacity);
  void note_arrival();
  void deliver(value made);
  std::optional<value> close();
  bool put(frame& top, value made);
  bool put_key(frame& top, std::string_view key);
  static std::uint64_t key_bytes(std::string_view key) noexcept;
  static bool has_key(const frame& top, std::string_view key);
  bool put_name(frame& top, const value& name);
  bool check_distinct(const frame& top);
  bool charge(std::uint64_t bytes);
  bool add_level(frame& top);
  template <class List, class Item>
  bool append(frame& top, Item item);

  // -- decoding_items.cpp: scalars and their tags --
  void take_integer(wire::major sign, std::uint64_t argument);
  void take_float(double number);
  void take_text(std::string_view text);
  void take_bytes(std::span<const std::byte> bytes, std::vector<std::byte>* owned);
  void take_big_integer(std::span<const std::byte> bytes);
  void take_typed_array(std::span<const std::byte> bytes, std::vector<std::byte>* owned);
  void take_undefined();
  void take_tag(std::uint64_t number);
  void take_reference(std::uint64_t number);
  void take_scalar(value made);
  bool refuse_other_tags(std::string_view what);

  // -- decoding_records.cpp: what tag 27 makes --
  std::optional<value> make_record(frame& top);

  void fail(std::string why);
  result<value> bind_circles();

  wire_options options_;
  rest more_ = rest::may_follow;
  const std::byte* begin_ = nullptr; ///< What is being read, and how far it has been.
  const std::byte* at_ = nullptr;
  const std::byte* end_ = nullptr;
  std::uint64_t position_ = 0; ///< Of `begin_`, from the first byte of the value on.
  std::uint64_t item_at_ = 0;  ///< Where the item that is being read starts.
  std::uint64_t promised_ = 0; ///< Items that open containers said are still to come.
  std::uint64_t memory_ = 0;
  std::size_t levels_ = 0;
  std::vector<frame> frames_;
  std::vector<std::optional<value>> marked_; ///< None while the part is not complete.
  tags tags_;
  string_body body_;
  std::array<std::byte, 9> held_{}; ///< The start of a head that was cut off.
  std::size_t held_size_ = 0;
  value root_;
  bool circular_ = false;
  bool complete_ = false;
  error trouble_;
};

} // namespace hawser::detail
