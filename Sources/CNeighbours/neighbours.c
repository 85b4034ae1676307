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

long cneighbours_read(struct cneighbours_entry *entries, size_t capacity) {
  int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (descriptor < 0) return -errno;
  // The kernel answers at once; nobody waits for one that does not.
  struct timeval patience = {.tv_usec = 100000};
  long result = setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0
                    ? read_all(descriptor, entries, capacity)
                    : -errno;
  close(descriptor);
  return result;
}
