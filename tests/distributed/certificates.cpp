#include "certificates.hpp"

#include <cstdio>
#include <fstream>
#include <memory>
#include <stdexcept>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "test_system.hpp"

namespace hawser::test {
namespace {

template <class Type, void (*Free)(Type*)>
struct freeing {
  void operator()(Type* which) const noexcept { Free(which); }
};

using key_pointer = std::unique_ptr<EVP_PKEY, freeing<EVP_PKEY, EVP_PKEY_free>>;
using certificate_pointer = std::unique_ptr<X509, freeing<X509, X509_free>>;
using extension_pointer =
  std::unique_ptr<X509_EXTENSION, freeing<X509_EXTENSION, X509_EXTENSION_free>>;

struct file_closer {
  void operator()(std::FILE* which) const noexcept { std::fclose(which); }
};

using file_pointer = std::unique_ptr<std::FILE, file_closer>;

void require(bool works) {
  if (!works)
    throw std::runtime_error{"a certificate cannot be made"};
}

void add_extension(X509* to, int which, const std::string& text) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, to, to, nullptr, nullptr, 0);
  const extension_pointer made{X509V3_EXT_conf_nid(nullptr, &context, which, text.c_str())};
  require(made && X509_add_ext(to, made.get(), -1) == 1);
}

certificate_pointer make_unsigned(EVP_PKEY* key, const std::string& name, long begins_s,
                                  long ends_s) {
  static long serial = 0;
  certificate_pointer made{X509_new()};
  require(made && X509_set_version(made.get(), 2) == 1
          && ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial) == 1
          && X509_gmtime_adj(X509_getm_notBefore(made.get()), begins_s) != nullptr
          && X509_gmtime_adj(X509_getm_notAfter(made.get()), ends_s) != nullptr
          && X509_set_pubkey(made.get(), key) == 1
          && X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                                        reinterpret_cast<const unsigned char*>(name.c_str()), -1,
                                        -1, 0)
               == 1);
  return made;
}

file_pointer open(const std::string& path, const char* mode) {
  file_pointer file{std::fopen(path.c_str(), mode)};
  require(file != nullptr);
  return file;
}

void save(const std::string& path, EVP_PKEY* key, X509* certificate) {
  require(
    PEM_write_PrivateKey(open(path + ".key", "w").get(), key, nullptr, nullptr, 0, nullptr, nullptr)
      == 1
    && PEM_write_X509(open(path + ".pem", "w").get(), certificate) == 1);
}

} // namespace

certificate_folder::certificate_folder() : folder_(temporary_path("")) {
  std::filesystem::create_directory(folder_);
}

certificate_folder::~certificate_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string certificate_folder::write(const std::string& name, const std::string& content) const {
  std::ofstream{file(name)} << content;
  return file(name);
}

void certificate_folder::make_authority(const std::string& name) const {
  const key_pointer key{EVP_EC_gen("P-256")};
  require(key != nullptr);
  const auto made = make_unsigned(key.get(), name, -3600, 3600);
  require(X509_set_issuer_name(made.get(), X509_get_subject_name(made.get())) == 1);
  add_extension(made.get(), NID_basic_constraints, "critical,CA:TRUE");
  require(X509_sign(made.get(), key.get(), EVP_sha256()) != 0);
  save(file(name), key.get(), made.get());
}

tls_files certificate_folder::make_certificate(const std::string& name, const request& of) const {
  const certificate_pointer issuer{
    PEM_read_X509(open(file(of.authority + ".pem"), "r").get(), nullptr, nullptr, nullptr)};
  const key_pointer issuer_key{
    PEM_read_PrivateKey(open(file(of.authority + ".key"), "r").get(), nullptr, nullptr, nullptr)};
  const key_pointer key{EVP_EC_gen("P-256")};
  require(issuer && issuer_key && key);
  const auto made = make_unsigned(key.get(), of.common_name, of.begins_s, of.ends_s);
  require(X509_set_issuer_name(made.get(), X509_get_subject_name(issuer.get())) == 1);
  if (!of.alternative_names.empty())
    add_extension(made.get(), NID_subject_alt_name, of.alternative_names);
  require(X509_sign(made.get(), issuer_key.get(), EVP_sha256()) != 0);
  save(file(name), key.get(), made.get());
  return {file(name + ".pem"), file(name + ".key"), file(of.authority + ".pem")};
}

} // namespace hawser::test
