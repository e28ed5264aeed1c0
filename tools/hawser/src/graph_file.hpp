#pragma once

#include <string>
#include <vector>

#include "report.hpp"
#include "topology.hpp"

namespace hawser::tool {

/// Where a picture goes: a `.dot`, `.mmd` (Mermaid) or `.svg` file, the last drawn by Graphviz.
class graph_file {
public:
  /// Throws `std::runtime_error` with a sentence if the picture could not be written there: found
  /// out before a run, not after it. The file exists from then on.
  graph_file(std::string path, const topology& what);

  /// Removes the file if nothing was written to it.
  ~graph_file();

  graph_file(const graph_file&) = delete;
  graph_file& operator=(const graph_file&) = delete;

  /// Throws `std::runtime_error`.
  void write(const topology& what, const std::vector<channel_report>& channels);

private:
  void draw_svg(const std::string& text) const;

  std::string path_;
  std::string dot_program_;
  bool made_ = false; // by us, and still empty
};

} // namespace hawser::tool
