#define _GNU_SOURCE
#include "CNeighbours.h"

#include <endian.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

// States in which the kernel holds a link-layer address that somebody answered to, or that was put there by hand.
#define HAS_LINK_LAYER (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT)

// Reads one message; false: it is of no use here.
static bool read_entry(const struct nlmsghdr *header, struct cneighbours_entry *entry) {
  if (header->nlmsg_type != RTM_NEWNEIGH || header->nlmsg_len < NLMSG_LENGTH(sizeof(struct ndmsg))) return false;
  const struct ndmsg *neighbour = NLMSG_DATA(header);
  if ((neighbour->ndm_state & HAS_LINK_LAYER) == 0 || (neighbour->ndm_flags & NTF_PROXY) != 0) return false;
  bool is_v6 = neighbour->ndm_family == AF_INET6;
  if (!is_v6 && neighbour->ndm_family != AF_INET) return false;
  memset(entry, 0, sizeof *entry);
  entry->is_v6 = is_v6;
  bool has_address = false, has_link_layer = false;
  size_t left = header->nlmsg_len - NLMSG_LENGTH(sizeof *neighbour);
  const struct rtattr *attribute = (const struct rtattr *)((const char *)neighbour + NLMSG_ALIGN(sizeof *neighbour));
  for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
    const unsigned char *bytes = RTA_DATA(attribute);
    size_t length = RTA_PAYLOAD(attribute);
    if (attribute->rta_type == NDA_DST && length == (is_v6 ? 16 : 4)) {
      if (is_v6) {
        memcpy(&entry->high, bytes, 8);
        memcpy(&entry->low, bytes + 8, 8);
        entry->high = be64toh(entry->high);
        entry->low = be64toh(entry->low);
      } else {
        uint32_t address;
        memcpy(&address, bytes, 4);
        entry->low = be32toh(address);
      }
      has_address = true;
    } else if (attribute->rta_type == NDA_LLADDR && length == 6) {
      for (int i = 0; i < 6; i++) entry->link_layer = entry->link_layer << 8 | bytes[i];
      has_link_layer = entry->link_layer != 0;
    }
  }
  return has_address && has_link_layer;
}

static long read_all(int descriptor, struct cneighbours_entry *entries, size_t capacity) {
  struct {
    struct nlmsghdr header;
    struct ndmsg neighbour;
  } request = {
      .header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ndmsg)), .nlmsg_type = RTM_GETNEIGH,
                 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP, .nlmsg_seq = 1},
      .neighbour = {.ndm_family = AF_UNSPEC}};
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  if (sendto(descriptor, &request, request.header.nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0)
    return -errno;
  size_t count = 0;
  for (;;) {
    // The kernel makes no message of a dump longer than this.
    char buffer[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct sockaddr_nl from;
    socklen_t from_length = sizeof from;
    ssize_t received = recvfrom(descriptor, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &from_length);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) return -errno;
    if (received == 0) return -EIO;
    // Another process may write to this socket, too.
    if (from.nl_pid != 0) continue;
    size_t left = (size_t)received;
    for (struct nlmsghdr *header = (struct nlmsghdr *)buffer; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
      if (header->nlmsg_type == NLMSG_DONE) return (long)count;
      if (header->nlmsg_type == NLMSG_ERROR) {
        const struct nlmsgerr *error = NLMSG_DATA(header);
        return error->error < 0 ? error->error : -EIO;
      }
      if (count < capacity && read_entry(header, &entries[count])) count++;
    }
  }
}

// The kernel answers at once; nobody waits for one that does not.
static int open_netlink(void) {
  int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (descriptor < 0) return -errno;
  struct timeval patience = {.tv_usec = 100000};
  if (setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0) return descriptor;
  int error = errno;
  close(descriptor);
  return -error;
}

long cneighbours_read(struct cneighbours_entry *entries, size_t capacity) {
  int descriptor = open_netlink();
  if (descriptor < 0) return descriptor;
  long result = read_all(descriptor, entries, capacity);
  close(descriptor);
  return result;
}

// A question about one address: a header, rtmsg or ndmsg, and the address as its only attribute.
struct question {
  struct nlmsghdr header;
  union {
    struct rtmsg route;
    struct ndmsg neighbour;
  } about;
  struct rtattr attribute;
  unsigned char address[16];
};

static void write_address(const struct cneighbours_entry *entry, unsigned char *to) {
  uint64_t high = htobe64(entry->high), low = htobe64(entry->low);
  uint32_t v4 = htobe32((uint32_t)entry->low);
  if (entry->is_v6) {
    memcpy(to, &high, 8);
    memcpy(to + 8, &low, 8);
  } else {
    memcpy(to, &v4, 4);
  }
}

// Sends a question of `size` bytes of rtmsg or ndmsg and reads the answer into `buffer`, aligned as a header. NULL: there
// is none, or it is an error, which `*error` names.
static const struct nlmsghdr *ask(int descriptor, struct question *question, size_t size,
                                  const struct cneighbours_entry *entry, uint16_t attribute, char *buffer,
                                  size_t capacity, int *error) {
  size_t length = entry->is_v6 ? 16 : 4;
  char *place = (char *)&question->about + NLMSG_ALIGN(size);
  struct rtattr head = {.rta_len = RTA_LENGTH(length), .rta_type = attribute};
  memcpy(place, &head, sizeof head);
  write_address(entry, (unsigned char *)place + RTA_LENGTH(0));
  question->header.nlmsg_len = (uint32_t)(NLMSG_SPACE(size) + RTA_LENGTH(length));
  question->header.nlmsg_flags = NLM_F_REQUEST;
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK}, from;
  *error = EIO;
  if (sendto(descriptor, question, question->header.nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0) {
    *error = errno;
    return NULL;
  }
  for (;;) {
    socklen_t from_length = sizeof from;
    ssize_t received = recvfrom(descriptor, buffer, capacity, 0, (struct sockaddr *)&from, &from_length);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) {
      *error = errno;
      return NULL;
    }
    if (received > 0 && from.nl_pid != 0) continue;
    const struct nlmsghdr *header = (const struct nlmsghdr *)buffer;
    if (!NLMSG_OK(header, (size_t)received)) return NULL;
    if (header->nlmsg_type != NLMSG_ERROR) return header;
    const struct nlmsgerr *refusal = NLMSG_DATA(header);
    if (refusal->error < 0) *error = -refusal->error;
    return NULL;
  }
}

// The interface by which an address is reached without a router, by the routing table; 0: by none.
static int link_of(const struct nlmsghdr *header) {
  if (header->nlmsg_type != RTM_NEWROUTE || header->nlmsg_len < NLMSG_LENGTH(sizeof(struct rtmsg))) return 0;
  const struct rtmsg *route = NLMSG_DATA(header);
  if (route->rtm_type != RTN_UNICAST) return 0;
  int interface = 0;
  size_t left = header->nlmsg_len - NLMSG_LENGTH(sizeof *route);
  const struct rtattr *attribute = RTM_RTA(route);
  for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
    if (attribute->rta_type == RTA_GATEWAY || attribute->rta_type == RTA_VIA) return 0;
    if (attribute->rta_type == RTA_OIF && RTA_PAYLOAD(attribute) == sizeof interface)
      memcpy(&interface, RTA_DATA(attribute), sizeof interface);
  }
  return interface;
}

static int find(int descriptor, struct cneighbours_entry *entry) {
  char buffer[4096] __attribute__((aligned(NLMSG_ALIGNTO)));
  unsigned char family = entry->is_v6 ? AF_INET6 : AF_INET;
  int error;
  struct question route = {.header = {.nlmsg_type = RTM_GETROUTE, .nlmsg_seq = 1},
                           .about.route = {.rtm_family = family, .rtm_dst_len = entry->is_v6 ? 128 : 32}};
  const struct nlmsghdr *header =
      ask(descriptor, &route, sizeof(struct rtmsg), entry, RTA_DST, buffer, sizeof buffer, &error);
  // No way there: it will have come over one that was there a moment ago.
  if (header == NULL) return error == ENETUNREACH || error == EHOSTUNREACH ? CNEIGHBOURS_ELSEWHERE : -error;
  if (header->nlmsg_type == RTM_NEWROUTE && ((const struct rtmsg *)NLMSG_DATA(header))->rtm_type == RTN_LOCAL)
    return CNEIGHBOURS_OWN;
  int interface = link_of(header);
  if (interface == 0) return CNEIGHBOURS_ELSEWHERE;
  struct question neighbour = {.header = {.nlmsg_type = RTM_GETNEIGH, .nlmsg_seq = 2},
                               .about.neighbour = {.ndm_family = family, .ndm_ifindex = interface}};
  header = ask(descriptor, &neighbour, sizeof(struct ndmsg), entry, NDA_DST, buffer, sizeof buffer, &error);
  if (header == NULL) return error == ENOENT ? CNEIGHBOURS_ELSEWHERE : -error;
  struct cneighbours_entry found;
  if (!read_entry(header, &found)) return CNEIGHBOURS_ELSEWHERE;
  entry->link_layer = found.link_layer;
  return CNEIGHBOURS_ON_LINK;
}

int cneighbours_find(struct cneighbours_entry *entry) {
  int descriptor = open_netlink();
  if (descriptor < 0) return descriptor;
  int result = find(descriptor, entry);
  close(descriptor);
  return result;
}
