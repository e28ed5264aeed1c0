#include "hawser/image_data.hpp"

#include <string>

namespace hawser {

std::string_view to_string(color_space space) noexcept {
  switch (space) {
    case color_space::srgb:
      return "srgb";
    case color_space::display_p3:
      return "display-p3";
  }
  return "unknown color space";
}

result<image_data> image_data::make(std::uint32_t width, std::uint32_t height,
                                    hawser::color_space space) {
  // Beyond this the product could not be counted, and could not be had.
  constexpr std::uint64_t bytes_max = std::uint64_t{1} << 40;
  const auto pixels = std::uint64_t{width} * height;
  if (pixels == 0 || pixels > bytes_max / 4)
    return error{errc::range_error, "image data of " + std::to_string(width) + " by "
                                      + std::to_string(height) + " pixels"};
  auto view = array_buffer_view::make(view_kind::uint8_clamped, array_buffer(pixels * 4));
  return image_data{*std::move(view), width, height, space};
}

// HTML #dom-imagedata-with-data.
result<image_data> image_data::make(array_buffer_view pixels, std::uint32_t width,
                                    std::uint32_t height, hawser::color_space space) {
  if (pixels.kind() != view_kind::uint8_clamped)
    return error{errc::type_error, "image data over a " + std::string{to_string(pixels.kind())}
                                     + " instead of a Uint8ClampedArray"};
  if (width == 0 || height == 0 || pixels.length() % 4 != 0
      || pixels.length() / 4 != std::uint64_t{width} * height)
    return error{errc::range_error, "image data of " + std::to_string(width) + " by "
                                      + std::to_string(height) + " pixels over "
                                      + std::to_string(pixels.length()) + " bytes"};
  return image_data{std::move(pixels), width, height, space};
}

} // namespace hawser
