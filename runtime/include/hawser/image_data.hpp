#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "hawser/array_buffer_view.hpp"

namespace hawser {

enum class color_space : std::uint8_t { srgb = 0, display_p3 = 1 };

/// `srgb` or `display-p3`.
std::string_view to_string(color_space space) noexcept;

/// Pixels, four bytes each: red, green, blue, alpha, row by row. HTML #imagedata.
///
/// The pixels are a `uint8_clamped` view and mutable; a post copies them, or moves them when their
/// buffer stands in the transfer list.
class image_data {
public:
  /// Transparent black. `range_error` if a side is 0 or the bytes cannot be counted.
  static result<image_data> make(std::uint32_t width, std::uint32_t height,
                                 color_space space = color_space::srgb);

  /// Over pixels that exist. `type_error` if they are not `uint8_clamped`, `range_error` if they
  /// are not width times height times four.
  static result<image_data> make(array_buffer_view pixels, std::uint32_t width,
                                 std::uint32_t height, color_space space = color_space::srgb);

  std::uint32_t width() const noexcept { return width_; }

  std::uint32_t height() const noexcept { return height_; }

  hawser::color_space color_space() const noexcept { return space_; }

  const array_buffer_view& pixels() const noexcept { return pixels_; }

  /// The same picture over a copy of its pixels.
  image_data over(array_buffer_view pixels) const {
    return {std::move(pixels), width_, height_, space_};
  }

  friend bool operator==(const image_data&, const image_data&) noexcept = default;

private:
  image_data(array_buffer_view pixels, std::uint32_t width, std::uint32_t height,
             hawser::color_space space)
    : pixels_(std::move(pixels)), width_(width), height_(height), space_(space) {}

  array_buffer_view pixels_;
  std::uint32_t width_;
  std::uint32_t height_;
  hawser::color_space space_;
};

} // namespace hawser
