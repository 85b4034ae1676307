#define _GNU_SOURCE
#include "CDatagram.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

// Room for one in6_pktinfo and one UDP_SEGMENT message.
union control {
  char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))];
  struct cmsghdr aligned;
};

union name {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
};

// An IPv4 address becomes an IPv4-mapped one (RFC 4291 section 2.5.5.2).
static struct in6_addr to_in6(const struct cdatagram_address *address) {
  uint64_t high = address->is_v6 ? address->high : 0;
  uint64_t low = address->is_v6 ? address->low : 0xFFFF00000000ull | (uint32_t)address->low;
  struct in6_addr result;
  high = htobe64(high);
  low = htobe64(low);
  memcpy(&result.s6_addr[0], &high, 8);
  memcpy(&result.s6_addr[8], &low, 8);
  return result;
}

static void from_in6(const struct in6_addr *in6, struct cdatagram_address *address) {
  uint64_t high, low;
  memcpy(&high, &in6->s6_addr[0], 8);
  memcpy(&low, &in6->s6_addr[8], 8);
  address->high = be64toh(high);
  address->low = be64toh(low);
  address->is_v6 = !(address->high == 0 && address->low >> 32 == 0xFFFF);
  if (!address->is_v6) address->low &= 0xFFFFFFFF;
}

static void from_in(struct in_addr in, struct cdatagram_address *address) {
  address->high = 0;
  address->low = ntohl(in.s_addr);
  address->is_v6 = false;
}

static socklen_t to_name(const struct cdatagram_address *address, bool is_v6_socket, union name *name) {
  memset(name, 0, sizeof *name);
  if (is_v6_socket) {
    name->v6.sin6_family = AF_INET6;
    name->v6.sin6_port = htons(address->port);
    name->v6.sin6_addr = to_in6(address);
    return sizeof name->v6;
  }
  name->v4.sin_family = AF_INET;
  name->v4.sin_port = htons(address->port);
  name->v4.sin_addr.s_addr = htonl((uint32_t)address->low);
  return sizeof name->v4;
}

static void from_name(const union name *name, struct cdatagram_address *address) {
  if (name->any.sa_family == AF_INET6) {
    from_in6(&name->v6.sin6_addr, address);
    address->port = ntohs(name->v6.sin6_port);
  } else {
    from_in(name->v4.sin_addr, address);
    address->port = ntohs(name->v4.sin_port);
  }
}

int cdatagram_open(const struct cdatagram_address *address, bool dual_stack, int buffer_bytes) {
  bool is_v6 = address->is_v6 || dual_stack;
  int descriptor = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return -errno;
  int on = 1, off = 0;
  struct cdatagram_address any = {.port = address->port, .is_v6 = true};
  union name name;
  socklen_t length = to_name(dual_stack ? &any : address, is_v6, &name);
  int failed;
  if (is_v6) {
    failed = setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, dual_stack ? &off : &on, sizeof on) ||
             setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
  } else {
    failed = setsockopt(descriptor, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  }
  if (failed || bind(descriptor, &name.any, length) != 0) {
    int error = errno;
    close(descriptor);
    return -error;
  }
  // Past net.core.*mem_max where the capability is there, up to it where not; smaller buffers only drop sooner.
  if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &buffer_bytes, sizeof buffer_bytes) != 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
  if (setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &buffer_bytes, sizeof buffer_bytes) != 0)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
  return descriptor;
}

int cdatagram_local_address(int descriptor, struct cdatagram_address *address) {
  union name name;
  socklen_t length = sizeof name;
  if (getsockname(descriptor, &name.any, &length) != 0) return -errno;
  from_name(&name, address);
  return 0;
}

bool cdatagram_has_segmentation(int descriptor) {
  int value = 0;
  socklen_t length = sizeof value;
  return getsockopt(descriptor, IPPROTO_UDP, UDP_SEGMENT, &value, &length) == 0;
}

static void find_local_address(struct msghdr *message, struct cdatagram_address *to) {
  memset(to, 0, sizeof *to);
  for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      struct in_pktinfo info;
      memcpy(&info, CMSG_DATA(c), sizeof info);
      from_in(info.ipi_addr, to);
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      struct in6_pktinfo info;
      memcpy(&info, CMSG_DATA(c), sizeof info);
      from_in6(&info.ipi6_addr, to);
    }
  }
}

int cdatagram_receive(int descriptor, void *buffer, size_t stride, unsigned count,
                      struct cdatagram_arrival *arrivals) {
  struct mmsghdr messages[CDATAGRAM_BATCH];
  struct iovec vectors[CDATAGRAM_BATCH];
  union name names[CDATAGRAM_BATCH];
  union control controls[CDATAGRAM_BATCH];
  if (count > CDATAGRAM_BATCH) count = CDATAGRAM_BATCH;
  for (unsigned i = 0; i < count; i++) {
    vectors[i] = (struct iovec){(char *)buffer + i * stride, stride};
    messages[i].msg_hdr = (struct msghdr){
        .msg_name = &names[i], .msg_namelen = sizeof names[i], .msg_iov = &vectors[i], .msg_iovlen = 1,
        .msg_control = &controls[i], .msg_controllen = sizeof controls[i]};
  }
  int received;
  do received = recvmmsg(descriptor, messages, count, MSG_DONTWAIT, NULL);
  while (received < 0 && errno == EINTR);
  if (received < 0) return -errno;
  for (int i = 0; i < received; i++) {
    arrivals[i].length = messages[i].msg_len;
    arrivals[i].is_truncated = (messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
    from_name(&names[i], &arrivals[i].from);
    find_local_address(&messages[i].msg_hdr, &arrivals[i].to);
  }
  return received;
}

// Writes the ancillary data of a message: where it leaves from, and its segment size when that is not 0.
static size_t write_control(union control *control, bool is_v6_socket, const struct cdatagram_address *from,
                            const struct cdatagram_address *to, uint16_t segment) {
  memset(control, 0, sizeof *control);
  size_t used = 0;
  bool has_source = from->is_v6 == to->is_v6 && (from->high | from->low) != 0;
  struct cmsghdr *c = &control->aligned;
  if (has_source && is_v6_socket) {
    struct in6_pktinfo info = {.ipi6_addr = to_in6(from)};
    *c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof info), .cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_PKTINFO};
    memcpy(CMSG_DATA(c), &info, sizeof info);
    used = CMSG_SPACE(sizeof info);
  } else if (has_source) {
    struct in_pktinfo info = {.ipi_spec_dst = {htonl((uint32_t)from->low)}};
    *c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof info), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO};
    memcpy(CMSG_DATA(c), &info, sizeof info);
    used = CMSG_SPACE(sizeof info);
  }
  if (segment != 0) {
    c = (struct cmsghdr *)(control->bytes + used);
    *c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof segment), .cmsg_level = IPPROTO_UDP, .cmsg_type = UDP_SEGMENT};
    memcpy(CMSG_DATA(c), &segment, sizeof segment);
    used += CMSG_SPACE(sizeof segment);
  }
  return used;
}

int cdatagram_send_segments(int descriptor, bool is_v6_socket, const struct cdatagram_address *from,
                            const struct cdatagram_address *to, const void *bytes, size_t length, uint16_t segment) {
  union name name;
  union control control;
  struct iovec vector = {(void *)bytes, length};
  struct msghdr message = {.msg_name = &name, .msg_iov = &vector, .msg_iovlen = 1};
  message.msg_namelen = to_name(to, is_v6_socket, &name);
  message.msg_controllen = write_control(&control, is_v6_socket, from, to, length > segment ? segment : 0);
  if (message.msg_controllen != 0) message.msg_control = &control;
  ssize_t sent;
  do sent = sendmsg(descriptor, &message, MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : (int)sent;
}

int cdatagram_send_each(int descriptor, bool is_v6_socket, const struct cdatagram_address *from,
                        const struct cdatagram_address *to, const void *bytes, size_t length, uint16_t segment,
                        unsigned count) {
  union name name;
  union control control;
  socklen_t name_length = to_name(to, is_v6_socket, &name);
  size_t control_length = write_control(&control, is_v6_socket, from, to, 0);
  struct mmsghdr messages[CDATAGRAM_BATCH];
  struct iovec vectors[CDATAGRAM_BATCH];
  if (count > CDATAGRAM_BATCH) count = CDATAGRAM_BATCH;
  for (unsigned i = 0; i < count; i++) {
    size_t start = (size_t)i * segment;
    vectors[i] = (struct iovec){(char *)bytes + start, length - start < segment ? length - start : segment};
    messages[i].msg_hdr = (struct msghdr){
        .msg_name = &name, .msg_namelen = name_length, .msg_iov = &vectors[i], .msg_iovlen = 1,
        .msg_control = control_length != 0 ? &control : NULL, .msg_controllen = control_length};
  }
  int sent;
  do sent = sendmmsg(descriptor, messages, count, MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : sent;
}

void cdatagram_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
