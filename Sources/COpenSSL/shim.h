// What OpenSSL offers as macros only, as functions that Swift can call.
#pragma once

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/time.h>

/// A context for DTLS 1.2 and nothing else, without tickets, session cache, compression or renegotiation; a peer's
/// certificates may be 16 kB long.
static inline SSL_CTX *cupola_dtls_context_new(void) {
  SSL_CTX *context = SSL_CTX_new(DTLS_method());
  if (context == NULL) return NULL;
  SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list(context, 16384);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  return context;
}

/// The largest datagram payload that a handshake flight is cut into.
static inline void cupola_dtls_set_mtu(SSL *ssl, long mtu) {
  SSL_set_mtu(ssl, mtu);
}

/// Retransmits the last flight if its timer has run out: 1 retransmitted, 0 not due, -1 given up.
static inline long cupola_dtls_handle_timeout(SSL *ssl) {
  return DTLSv1_handle_timeout(ssl);
}

static inline void cupola_bio_set_retry_read(BIO *bio) {
  BIO_set_retry_read(bio);
}

static inline void cupola_bio_clear_retry_flags(BIO *bio) {
  BIO_clear_retry_flags(bio);
}

static inline BIO_METHOD *cupola_datagram_bio_method_new(void) {
  return BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams");
}

/// The bytes that a memory BIO holds; they live as long as the BIO is not written to.
static inline long cupola_bio_memory(BIO *bio, char **bytes) {
  return BIO_get_mem_data(bio, bytes);
}

static inline EVP_PKEY *cupola_p256_key_new(void) {
  return EVP_EC_gen("P-256");
}

static inline int cupola_rsa_pss_padding(EVP_PKEY_CTX *context) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0;
}

static inline int cupola_cookie_generate(SSL *ssl, unsigned char *cookie, unsigned int *length) {
  (void)ssl;
  cookie[0] = 0;
  *length = 1;
  return 1;
}

static inline int cupola_cookie_verify(SSL *ssl, const unsigned char *cookie, unsigned int length) {
  (void)ssl, (void)cookie, (void)length;
  return 1;
}

/// Lets every cookie of a HelloVerifyRequest through: it was made and checked before OpenSSL sees it.
static inline void cupola_dtls_pass_cookies(SSL_CTX *context) {
  SSL_CTX_set_cookie_generate_cb(context, cupola_cookie_generate);
  SSL_CTX_set_cookie_verify_cb(context, cupola_cookie_verify);
}

/// The first ClientHello gets a HelloVerifyRequest; one with a cookie goes on.
static inline void cupola_dtls_expect_cookie(SSL *ssl) {
  SSL_set_options(ssl, SSL_OP_COOKIE_EXCHANGE);
}
