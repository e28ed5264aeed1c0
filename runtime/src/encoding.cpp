// Writing values: the containers, and what is common to all. The leaves are in encoding_leaves.cpp.

#include "encoding.hpp"

#include <algorithm>

#include "serialized_object.hpp"
#include "unicode.hpp"
#include "value_children.hpp"
#include "value_internals.hpp"

namespace hawser::detail {

using wire::major;

error encoding::run(const value& root, wire_sink& to) {
  frames_.clear();
  if (trouble_)
    trouble_ = {};
  shared_written_ = 0;
  out_.begin(to, options_.limits.encoded_bytes_max);
  out_.byte(wire::version);
  root_ = &root;
  scanned_ = false;
  if (to.makes_room() && root.byte_size() > wire_writer::block_bytes && scan() && !shared_.any()
      && shared_.wire_bytes() > wire_writer::block_bytes)
    to.expect(std::min(shared_.wire_bytes(), options_.limits.encoded_bytes_max));
  if (!trouble_ && write(root) != outcome::failed && write_all() && out_.over())
    refuse("more than " + std::to_string(options_.limits.encoded_bytes_max) + " bytes on the wire");
  if (trouble_)
    return std::move(trouble_);
  out_.flush();
  return {};
}

// Looks for what occurs more than once. What was written before that had one reference and did not.
bool encoding::scan() {
  scanned_ = true;
  shared_.scan(*root_);
  if (shared_.repeated() <= options_.limits.references_max)
    return true;
  frames_.clear(); // It is the whole that is refused.
  refuse(std::to_string(shared_.repeated()) + " parts occur more than once, the limit is "
         + std::to_string(options_.limits.references_max));
  return false;
}

bool encoding::write_all() {
  while (!frames_.empty()) {
    const auto level = frames_.size() - 1;
    bool fine = true;
    switch (frames_[level].what) {
      case frame::items::values:
      case frame::items::cause_before_stack:
      case frame::items::elements:
      case frame::items::named_after:
        fine = write_values(level);
        break;
      case frame::items::members:
      case frame::items::named_members:
        fine = write_members(level);
        break;
      case frame::items::entries:
      case frame::items::contents:
        fine = write_entries(level);
        break;
    }
    if (!fine)
      return false;
    if (out_.over()) {
      refuse("more than " + std::to_string(options_.limits.encoded_bytes_max)
             + " bytes on the wire");
      return false;
    }
    if (level + 1 == frames_.size() && frames_[level].next == frames_[level].end && !close(level))
      return false;
  }
  return true;
}

// Each of the next three writes items until a container among them was opened or none is left.

bool encoding::write_values(std::size_t level) {
  const auto* at = static_cast<const value*>(frames_[level].next);
  const auto* const end = static_cast<const value*>(frames_[level].end);
  const bool holes = frames_[level].of->type() == value_type::array;
  while ((at = write_run(at, end)) != end) {
    const value& item = *at++;
    frames_[level].next = at;
    if (item.is_undefined() && holes && value_internals::is_hole(item))
      out_.tag(wire::tag::hole);
    const auto came_to = write(item);
    if (came_to != outcome::done || out_.over())
      return came_to != outcome::failed;
  }
  frames_[level].next = end;
  return true;
}

bool encoding::write_members(std::size_t level) {
  const auto* at = static_cast<const object::member*>(frames_[level].next);
  const auto* const end = static_cast<const object::member*>(frames_[level].end);
  while ((at = write_run(at, end)) != end) {
    const auto& member = *at++;
    frames_[level].next = at;
    if (text(member.first) == outcome::failed)
      return false;
    const auto came_to = write(member.second);
    if (came_to != outcome::done || out_.over())
      return came_to != outcome::failed;
  }
  frames_[level].next = end;
  return true;
}

bool encoding::write_entries(std::size_t level) {
  while (frames_[level].next != frames_[level].end) {
    auto& top = frames_[level];
    const auto& entry = *static_cast<const map::entry*>(top.next);
    const bool key = top.what == frame::items::entries;
    top.what = key ? frame::items::contents : frame::items::entries;
    if (!key)
      top.next = &entry + 1;
    const auto came_to = write(key ? entry.first : entry.second);
    if (came_to != outcome::done)
      return came_to == outcome::opened;
  }
  return true;
}

// Writes what follows the items.
bool encoding::close(std::size_t level) {
  auto& top = frames_[level];
  if (top.what == frame::items::named_after) {
    const auto& named = top.of->get_if<array>()->members();
    out_.head(major::map, named.size());
    top.what = frame::items::named_members;
    top.next = named.begin();
    top.end = named.end();
    return true;
  }
  const auto outer = frames_.back();
  frames_.pop_back();
  return outer.what != frame::items::cause_before_stack
         || text(outer.of->get_if<error_object>()->stack) != outcome::failed;
}

encoding::outcome encoding::write(const value& from) {
  switch (from.type()) {
    case value_type::undefined:
      out_.byte(wire::byte_undefined);
      return outcome::done;
    case value_type::null:
    case value_type::boolean:
    case value_type::int32:
    case value_type::number:
      write_run(&from, &from + 1);
      return outcome::done;
    case value_type::string:
      return text(*from.get_if<std::string_view>(), &from);
    case value_type::big_integer:
      return write_big_integer(*from.get_if<big_integer>());
    case value_type::transferred:
      return write_transferred(from);
    case value_type::reference:
      return refuse("a reference outside of its value_graph");
    default:
      return write_node(from);
  }
}

// What can occur more than once.
encoding::outcome encoding::write_node(const value& from) {
  // What has one reference occurs once. Whether others do is looked up when the first of them is
  // met, which small values, most messages among them, do without: a fifth of their instructions.
  const bool may_occur_twice =
    from.type() >= value_type::array_buffer || !unique(value_internals::node(from));
  if (may_occur_twice && !scanned_ && !scan())
    return outcome::failed;
  // A view over nothing but its own whole buffer has the buffer's bytes behind its own mark.
  if (may_occur_twice && shared_.any() && write_if_known(from.identity()))
    return outcome::done;
  switch (from.type()) {
    case value_type::array:
      return write_array(from);
    case value_type::object: {
      const auto& content = *from.get_if<object>();
      out_.head(major::map, content.size());
      return open(from, write_run(content.begin(), content.end()), content.end(),
                  frame::items::members);
    }
    case value_type::map: {
      const auto& content = *from.get_if<map>();
      out_.tag(wire::tag::map);
      out_.head(major::map, content.size());
      return open(from, content.begin(), content.end(), frame::items::entries);
    }
    case value_type::set: {
      const auto& content = *from.get_if<set>();
      out_.tag(wire::tag::set);
      out_.head(major::array, content.size());
      return open(from, content.begin(), content.end(), frame::items::values);
    }
    case value_type::error:
      return write_error(from);
    case value_type::platform_object:
      return write_platform_object(from);
    case value_type::record:
      return write_struct(from);
    default:
      return write_leaf(from);
  }
}

encoding::outcome encoding::write_array(const value& from) {
  const auto& content = *from.get_if<array>();
  const auto& members = value_internals::node_as<array_node>(from)->extra;
  const bool named = members && !members->empty();
  if (named)
    begin_record("Array", 2);
  out_.head(major::array, content.size());
  return open(from, write_run(content.begin(), content.end()), content.end(),
              named ? frame::items::named_after : frame::items::elements);
}

// The arguments are those of the class's constructor, and the stack after them.
encoding::outcome encoding::write_error(const value& from) {
  const auto& content = *from.get_if<error_object>();
  const bool stack = !content.stack.empty();
  begin_record(content.name, stack ? 3 : content.cause ? 2 : content.message ? 1 : 0);
  if (content.message) {
    if (text(*content.message) == outcome::failed)
      return outcome::failed;
  } else if (content.cause || stack) {
    out_.byte(wire::byte_undefined);
  }
  if (!content.cause) {
    if (!stack)
      return outcome::done;
    out_.byte(wire::byte_undefined);
    return text(content.stack);
  }
  out_.head(major::map, 1);
  text("cause");
  return open(from, &*content.cause, &*content.cause + 1,
              stack ? frame::items::cause_before_stack : frame::items::values);
}

encoding::outcome encoding::write_platform_object(const value& from) {
  const auto& object = **from.get_if<std::shared_ptr<const platform_object>>();
  const auto* sent = dynamic_cast<const serialized_object*>(&object);
  if (options_.scope != wire_scope::message || sent == nullptr)
    return refuse("a " + std::string{object.interface_name()} + " travels only in a message");
  begin_record("PlatformObject", 2);
  if (text(sent->interface_name()) == outcome::failed)
    return outcome::failed;
  return open(from, &sent->content(), &sent->content() + 1, frame::items::values);
}

encoding::outcome encoding::write_struct(const value& from) {
  begin_record("Struct", 2);
  if (text(from.record_name()) == outcome::failed)
    return outcome::failed;
  const auto& fields = from.record_fields(); // Lives as long as the record.
  return open(from, &fields, &fields + 1, frame::items::values);
}

encoding::outcome encoding::open(const value& from, const void* items, const void* end,
                                 frame::items what) {
  if (frames_.size() >= options_.limits.depth_max)
    return refuse("nested deeper than " + std::to_string(options_.limits.depth_max) + " levels");
  if (items == end && what != frame::items::named_after)
    return outcome::done;
  frames_.push_back({&from, items, end, what});
  return outcome::opened;
}

// True if the part was written before: then this is a reference to it. Otherwise it is marked, if
// there will be references.
bool encoding::write_if_known(const void* identity) {
  auto* part = shared_.repeated(identity);
  if (part == nullptr)
    return false;
  if (part->number > 0) {
    out_.tag(wire::tag::reference);
    out_.head(major::unsigned_integer, part->number - 1);
    return true;
  }
  part->number = ++shared_written_;
  out_.tag(wire::tag::shareable);
  return false;
}

void encoding::begin_record(std::string_view name, std::size_t arguments) {
  out_.tag(wire::tag::record);
  out_.head(major::array, arguments + 1);
  out_.head(major::text, name.size());
  out_.raw(std::as_bytes(std::span{name}));
}

encoding::outcome encoding::text(std::string_view content, const value* owner) {
  const auto form = text_form_of(content);
  if (form == text_form::utf8 && content.size() < wire_writer::shared_bytes_min) {
    out_.short_string(major::text, content);
    return outcome::done;
  }
  if (form == text_form::none)
    return refuse("text that is not Unicode");
  if (form == text_form::wtf8)
    out_.tag(wire::tag::wtf8);
  out_.head(form == text_form::utf8 ? major::text : major::bytes, content.size());
  const auto letters = std::as_bytes(std::span{content});
  if (owner != nullptr)
    out_.raw(letters, *owner);
  else
    out_.raw(letters);
  return outcome::done;
}

void encoding::bytes(std::span<const std::byte> content, const value& owner) {
  out_.head(major::bytes, content.size());
  out_.raw(content, owner);
}

encoding::outcome encoding::refuse(const std::string& why) {
  trouble_ = {errc::data_clone_error, path() + ": " + why};
  return outcome::failed;
}

std::string encoding::path() const {
  std::string made{"data"};
  for (const auto& level : frames_) {
    // A container that has just been opened is itself what is refused.
    const auto after = [&]<class Item>(const Item* first) {
      return static_cast<std::size_t>(static_cast<const Item*>(level.next) - first);
    };
    std::size_t position = 0;
    switch (level.what) {
      case frame::items::values:
      case frame::items::cause_before_stack:
        if (level.of->type() == value_type::platform_object
            || level.of->type() == value_type::record)
          continue;
        position = level.of->type() == value_type::set ? after(level.of->items().data()) : 1;
        break;
      case frame::items::elements:
      case frame::items::named_after:
        position = after(level.of->items().data());
        break;
      case frame::items::members:
        position = after(level.of->members().data());
        break;
      case frame::items::named_members: {
        const auto& content = *level.of->get_if<array>();
        position = content.size() + after(content.members().begin());
        break;
      }
      case frame::items::entries:
        position = after(level.of->entries().data()) * 2;
        break;
      case frame::items::contents:
        position = after(level.of->entries().data()) * 2 + 1;
        break;
    }
    if (position == 0 || position > child_count(*level.of))
      continue;
    const auto at = child_at(*level.of, position - 1);
    if (at.named)
      made.append(".").append(at.key);
    else
      made += "[" + std::to_string(at.index) + "]";
  }
  return made;
}

} // namespace hawser::detail
