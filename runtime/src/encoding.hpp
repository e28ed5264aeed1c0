#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hawser/error.hpp"
#include "hawser/value.hpp"
#include "hawser/wire_limits.hpp"
#include "shared_parts.hpp"
#include "wire_writer.hpp"

namespace hawser::detail {

/// The working memory of a `value_encoder`, and what it does.
class encoding {
public:
  explicit encoding(const wire_options& options) : options_(options) {}

  error run(const value& root, wire_sink& to);

private:
  // A container that is being written: what is left of it.
  struct frame {
    enum class items : std::uint8_t {
      values,             ///< Of a set, or one single value.
      cause_before_stack, ///< Of an error.
      elements,           ///< Of an array, with its holes.
      named_after,        ///< The same, and the members of the array after them.
      members,            ///< Of an object.
      named_members,      ///< Of an array.
      entries,            ///< Of a map.
      contents,           ///< The second half of a map's entry, then the rest of the map.
    };

    const value* of;
    const void* next;
    const void* end;
    items what;
  };

  // What writing one value came to.
  enum class outcome : std::uint8_t { done, opened, failed };

  bool scan();
  bool write_all();
  bool write_values(std::size_t level);
  bool write_members(std::size_t level);
  bool write_entries(std::size_t level);
  bool close(std::size_t level);

  // -- encoding_runs.cpp: the short way for what most values consist of --
  void write_plain(const value& from);
  const value* write_run(const value* at, const value* end);
  const object::member* write_run(const object::member* at, const object::member* end);

  outcome write(const value& from);
  outcome write_node(const value& from);
  outcome write_leaf(const value& from);
  outcome write_array(const value& from);
  outcome write_error(const value& from);
  outcome write_platform_object(const value& from);
  outcome write_struct(const value& from);
  outcome open(const value& from, const void* items, const void* end, frame::items what);

  outcome write_big_integer(const big_integer& from);
  outcome write_date(const date& from);
  outcome write_wrapper(const value& primitive);
  outcome write_dom_exception(const dom_exception& from);
  outcome write_buffer(const array_buffer& from, const value& owner);
  outcome write_view(const array_buffer_view& from, const value& owner);
  outcome write_blob(const blob& from, const value& owner);
  outcome write_file(const file& from, const value& owner);
  outcome write_file_list(const file_list& from, const value& owner);
  outcome write_image(const image_data& from, const value& owner);
  outcome write_transferred(const value& from);

  void begin_record(std::string_view name, std::size_t arguments);
  outcome text(std::string_view content, const value* owner = nullptr);
  void bytes(std::span<const std::byte> content, const value& owner);
  bool write_if_known(const void* identity);
  outcome refuse(const std::string& why);
  std::string path() const;

  wire_options options_;
  wire_writer out_;
  const value* root_ = nullptr;
  shared_parts shared_; ///< Of what is being written, once it is scanned.
  bool scanned_ = false;
  std::uint32_t shared_written_ = 0;
  std::vector<frame> frames_;
  error trouble_;
};

} // namespace hawser::detail
