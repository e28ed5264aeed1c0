#pragma once

// Authorities and certificates, made when a test needs them.

#include <filesystem>
#include <initializer_list>
#include <string>

#include <hawser/node.hpp>

namespace hawser::test {

/// A folder of PEM files that goes with its owner.
class certificate_folder {
public:
  certificate_folder();
  ~certificate_folder();

  certificate_folder(const certificate_folder&) = delete;
  certificate_folder& operator=(const certificate_folder&) = delete;

  std::string file(const std::string& name) const { return (folder_ / name).string(); }

  /// Writes a file, whatever is to be in it.
  std::string write(const std::string& name, const std::string& content) const;

  /// Writes a key and a certificate signed by itself: `NAME.pem` and `NAME.key`.
  void make_authority(const std::string& name) const;

  /// What makes a certificate.
  struct request {
    std::string authority = "authority";
    std::string common_name = "somebody";
    std::string alternative_names = {}; ///< As OpenSSL's configuration has them; may be none.
    long begins_s = -3600;              ///< From now.
    long ends_s = 3600;
  };

  /// The same for a certificate signed by an authority. What a node with it needs.
  tls_files make_certificate(const std::string& name, const request& of) const;

  /// For a node of that name.
  tls_files make_certificate(const std::string& name) const {
    return make_certificate(name, {.alternative_names = "DNS:" + name});
  }

private:
  std::filesystem::path folder_;
};

} // namespace hawser::test
