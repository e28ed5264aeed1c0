#pragma once

// TLS between the bytes of a connection and its link: ciphertext goes in and plaintext comes out,
// and the other way round. It sends nothing itself.
//
// Both sides show a certificate and check the other's. CAF has TLS too, but keeps the certificate
// to itself, and a node's name must be one of those in it.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hawser/error.hpp"
#include "hawser/link.hpp"
#include "hawser/node.hpp"

// OpenSSL's own names for its types, so that nobody else needs its headers.
struct ssl_ctx_st;
struct ssl_st;
struct bio_st;

namespace hawser::detail {

/// A certificate with its key, and whom to trust; for any number of sessions.
class tls_identity {
public:
  /// Throws `std::invalid_argument` that names the file and what is wrong with it.
  explicit tls_identity(const tls_files& from);

  /// Does this node's own certificate have the name?
  bool certifies(std::string_view name) const;

  /// The names in this node's own certificate, for people.
  std::string names() const;

private:
  friend class tls_session;

  struct context_deleter {
    void operator()(ssl_ctx_st* which) const noexcept;
  };

  std::unique_ptr<ssl_ctx_st, context_deleter> context_;
};

/// One connection's. After the first error it is of no use any more.
class tls_session {
public:
  tls_session(const tls_identity& own, link::side which);

  /// Takes bytes from the peer and appends what they say.
  error receive(std::span<const std::byte> ciphertext, std::vector<std::byte>& plaintext);

  /// Only once it is up.
  error send(std::span<const std::byte> plaintext);

  /// Says that nothing more will be said.
  void finish();

  /// Appends what is to be sent to the peer. False if there was nothing.
  bool take_output(std::vector<std::byte>& ciphertext);

  /// Has the handshake been done, on this side?
  bool up() const noexcept;

  /// Is this one of the names in the peer's certificate?
  bool certifies(std::string_view name) const;

  /// All of them, for people.
  std::string names() const;

private:
  struct session_deleter {
    void operator()(ssl_st* which) const noexcept;
  };

  error failure();

  std::unique_ptr<ssl_st, session_deleter> session_;
  bio_st* from_peer_ = nullptr; // the session's
  bio_st* to_peer_ = nullptr;   // the session's
};

} // namespace hawser::detail
