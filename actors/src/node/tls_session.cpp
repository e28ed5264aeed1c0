#include "node/tls_session.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace hawser::detail {
namespace {

std::string reason_of(unsigned long code) {
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code))
    return std::strerror(ERR_GET_REASON(code));
  const char* reason = ERR_reason_error_string(code);
  return reason == nullptr ? "unknown error" : reason;
}

[[noreturn]] void unusable(std::string_view what, const std::string& file) {
  throw std::invalid_argument(std::string{what} + " '" + file
                              + "' cannot be used: " + reason_of(ERR_peek_error()));
}

// A node is started by machines: a key with a password cannot be read, and nobody is asked.
int no_password(char*, int, int, void*) {
  return 0;
}

std::string as_text(const ASN1_STRING* from) {
  const auto* bytes = ASN1_STRING_get0_data(from);
  return {bytes, bytes + ASN1_STRING_length(from)};
}

struct names_deleter {
  void operator()(GENERAL_NAMES* which) const noexcept { GENERAL_NAMES_free(which); }
};

// The names of nodes that a certificate is for: those of its alternative names, or, only if it has
// no alternative names at all, its common name.
std::vector<std::string> node_names(X509* certificate) {
  std::vector<std::string> found;
  if (certificate == nullptr)
    return found;
  const auto add = [&found](std::string name) {
    std::ranges::transform(name, name.begin(), [](char each) {
      return each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
    });
    if (is_node_name(name))
      found.push_back(std::move(name));
  };
  const std::unique_ptr<GENERAL_NAMES, names_deleter> alternatives{static_cast<GENERAL_NAMES*>(
    X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
  if (alternatives) {
    constexpr std::string_view scheme = "hawser://";
    for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
      const auto* each = sk_GENERAL_NAME_value(alternatives.get(), i);
      if (each->type == GEN_DNS)
        add(as_text(each->d.dNSName));
      else if (each->type == GEN_URI)
        if (auto uri = as_text(each->d.uniformResourceIdentifier); uri.starts_with(scheme))
          add(uri.substr(scheme.size()));
    }
    return found;
  }
  // An extension that does not parse is not the same as none.
  if (X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1) >= 0)
    return found;
  const auto* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at >= 0)
    add(as_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
  return found;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string for_people(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& each : names)
    text += (text.empty() ? "'" : ", '") + each + "'";
  return text.empty() ? "nobody" : text;
}

struct certificate_deleter {
  void operator()(X509* which) const noexcept { X509_free(which); }
};

std::vector<std::string> names_of_peer(const SSL* session) {
  const std::unique_ptr<X509, certificate_deleter> certificate{SSL_get1_peer_certificate(session)};
  return node_names(certificate.get());
}

void load(SSL_CTX* context, const tls_files& from) {
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, from.certificate.c_str()) != 1)
    unusable("the certificate", from.certificate);
  if (SSL_CTX_use_PrivateKey_file(context, from.key.c_str(), SSL_FILETYPE_PEM) != 1)
    unusable("the key", from.key);
  if (SSL_CTX_check_private_key(context) != 1)
    unusable("the key", from.key);
  if (SSL_CTX_load_verify_locations(context, from.authorities.c_str(), nullptr) != 1)
    unusable("the list of authorities", from.authorities);
  auto* offered = SSL_load_client_CA_file(from.authorities.c_str());
  if (offered == nullptr)
    unusable("the list of authorities", from.authorities);
  SSL_CTX_set_client_CA_list(context, offered);
}

} // namespace

void tls_identity::context_deleter::operator()(ssl_ctx_st* which) const noexcept {
  SSL_CTX_free(which);
}

tls_identity::tls_identity(const tls_files& from) : context_(SSL_CTX_new(TLS_method())) {
  if (!context_)
    throw std::bad_alloc{};
  auto* context = context_.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
  // A session that is taken up again would not show its certificate.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_default_passwd_cb(context, no_password);
  load(context, from);
}

bool tls_identity::certifies(std::string_view name) const {
  return contains(node_names(SSL_CTX_get0_certificate(context_.get())), name);
}

std::string tls_identity::names() const {
  return for_people(node_names(SSL_CTX_get0_certificate(context_.get())));
}

void tls_session::session_deleter::operator()(ssl_st* which) const noexcept {
  SSL_free(which);
}

tls_session::tls_session(const tls_identity& own, link::side which)
  : session_(SSL_new(own.context_.get())) {
  from_peer_ = BIO_new(BIO_s_mem());
  to_peer_ = BIO_new(BIO_s_mem());
  if (!session_ || from_peer_ == nullptr || to_peer_ == nullptr)
    throw std::bad_alloc{};
  SSL_set_bio(session_.get(), from_peer_, to_peer_);
  if (which == link::side::acceptor) {
    SSL_set_accept_state(session_.get());
    return;
  }
  SSL_set_connect_state(session_.get());
  ERR_clear_error();
  SSL_do_handshake(session_.get()); // Its first words; it cannot fail before an answer.
}

error tls_session::receive(std::span<const std::byte> ciphertext,
                           std::vector<std::byte>& plaintext) {
  ERR_clear_error();
  while (!ciphertext.empty()) {
    const auto most = std::min(ciphertext.size(), std::size_t{std::numeric_limits<int>::max()});
    const int taken = BIO_write(from_peer_, ciphertext.data(), static_cast<int>(most));
    if (taken <= 0)
      throw std::bad_alloc{};
    ciphertext = ciphertext.subspan(static_cast<std::size_t>(taken));
  }
  // A record has 16 KiB at most.
  constexpr std::size_t record_bytes_max = std::size_t{1} << 14;
  for (;;) {
    const auto at = plaintext.size();
    plaintext.resize(at + record_bytes_max);
    std::size_t count = 0;
    const int outcome =
      SSL_read_ex(session_.get(), plaintext.data() + at, record_bytes_max, &count);
    plaintext.resize(at + count);
    if (outcome != 1)
      switch (SSL_get_error(session_.get(), outcome)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_ZERO_RETURN: // The link knows better whether that was all.
          return {};
        default:
          return failure();
      }
  }
}

// What went wrong, in a sentence.
error tls_session::failure() {
  const auto code = ERR_peek_last_error();
  const auto refused = [](std::string text) {
    return error{errc::data_decode_error, std::move(text)};
  };
  if (const auto verdict = SSL_get_verify_result(session_.get()); verdict != X509_V_OK) {
    ERR_clear_error();
    return refused("the peer's certificate is not accepted: "
                   + std::string{X509_verify_cert_error_string(verdict)});
  }
  // From here on reasons are alerts of the peer.
  if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) >= SSL_AD_REASON_OFFSET) {
    ERR_clear_error();
    return refused(
      "the peer does not accept this node's certificate or TLS: "
      + std::string{SSL_alert_desc_string_long(ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET)});
  }
  if (ERR_GET_LIB(code) == ERR_LIB_SSL
      && ERR_GET_REASON(code) == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) {
    ERR_clear_error();
    return refused("the peer has shown no certificate");
  }
  return refused("the peer's TLS went wrong: " + reason_of(code));
}

error tls_session::send(std::span<const std::byte> plaintext) {
  ERR_clear_error();
  while (!plaintext.empty()) {
    std::size_t taken = 0;
    if (SSL_write_ex(session_.get(), plaintext.data(), plaintext.size(), &taken) != 1)
      return failure();
    plaintext = plaintext.subspan(taken);
  }
  return {};
}

void tls_session::finish() {
  ERR_clear_error();
  SSL_shutdown(session_.get());
  ERR_clear_error();
}

bool tls_session::take_output(std::vector<std::byte>& ciphertext) {
  const auto waiting = BIO_ctrl_pending(to_peer_);
  if (waiting == 0)
    return false;
  const auto at = ciphertext.size();
  ciphertext.resize(at + waiting);
  std::size_t count = 0;
  BIO_read_ex(to_peer_, ciphertext.data() + at, waiting, &count);
  ciphertext.resize(at + count);
  return count != 0;
}

bool tls_session::up() const noexcept {
  return SSL_is_init_finished(session_.get()) == 1;
}

bool tls_session::certifies(std::string_view name) const {
  return contains(names_of_peer(session_.get()), name);
}

std::string tls_session::names() const {
  return for_people(names_of_peer(session_.get()));
}

} // namespace hawser::detail
