/* Opens the sockets of the data channel as transport/dgram-channel.ts has node:dgram open them. */

#define _GNU_SOURCE
#include "multicast-socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

/* Linux 5.0. */
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

/* Linux 4.20; the C library may not have it yet. */
#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29
#endif

static bool failed(struct fault *fault, const char *step, int error) {
  fault->step = step;
  fault->error = error;
  return false;
}

static bool parse_v6_interface(struct place *place, const char *interface) {
  const char *zone = strchr(interface, '%');
  place->interface_index = zone == NULL ? 0 : if_nametoindex(zone + 1);
  return place->interface_index != 0;
}

bool place_parse(struct place *place, const char *group, unsigned port, const char *interface, struct fault *fault) {
  memset(place, 0, sizeof *place);
  if (inet_pton(AF_INET, group, &place->group.v4.sin_addr) == 1) {
    place->group.v4.sin_family = AF_INET;
    place->group.v4.sin_port = htons((uint16_t)port);
    if (inet_pton(AF_INET, interface, &place->interface_address) == 1) return true;
    return failed(fault, "interface", EADDRNOTAVAIL);
  }
  if (inet_pton(AF_INET6, group, &place->group.v6.sin6_addr) != 1) return failed(fault, "group", EINVAL);
  place->group.v6.sin6_family = AF_INET6;
  place->group.v6.sin6_port = htons((uint16_t)port);
  if (!parse_v6_interface(place, interface)) return failed(fault, "interface", ENODEV);
  place->group.v6.sin6_scope_id = place->interface_index;
  return true;
}

static socklen_t length_of(const union address *address) {
  return address->any.sa_family == AF_INET6 ? sizeof address->v6 : sizeof address->v4;
}

/* Where a sender is bound: IPv4 to the interface's address, which is what receivers see as the source. */
static union address sender_address(const struct place *place) {
  union address own;
  memset(&own, 0, sizeof own);
  own.any.sa_family = place->group.any.sa_family;
  if (own.any.sa_family == AF_INET) own.v4.sin_addr = place->interface_address;
  return own;
}

static bool choose_v4_path(int fd, const struct place *place, int ttl) {
  const int loop = 1; /* Students on the teacher's own machine. */
  return setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &place->interface_address, sizeof place->interface_address) == 0 &&
         setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl) == 0 &&
         setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &loop, sizeof loop) == 0;
}

static bool choose_v6_path(int fd, const struct place *place, int hops) {
  const int loop = 1;
  const int index = (int)place->interface_index;
  return setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof index) == 0 &&
         setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof hops) == 0 &&
         setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &loop, sizeof loop) == 0;
}

static bool choose_path(int fd, const struct place *place, int ttl) {
  return place->group.any.sa_family == AF_INET ? choose_v4_path(fd, place, ttl) : choose_v6_path(fd, place, ttl);
}

static int open_socket(const struct place *place, struct fault *fault) {
  const int fd = socket(place->group.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) failed(fault, "socket", errno);
  return fd;
}

static int give_up(int fd, const char *step, struct fault *fault) {
  failed(fault, step, errno);
  close(fd);
  return -1;
}

int place_open_sender(const struct place *place, int ttl, struct fault *fault) {
  const int fd = open_socket(place, fault);
  if (fd < 0) return -1;
  const union address own = sender_address(place);
  if (bind(fd, &own.any, length_of(&own)) != 0) return give_up(fd, "bind", fault);
  if (!choose_path(fd, place, ttl)) return give_up(fd, "interface", fault);
  if (connect(fd, &place->group.any, length_of(&place->group)) != 0) return give_up(fd, "connect", fault);
  return fd;
}

static bool join_v4(int fd, const struct place *place) {
  const struct ip_mreq member = {place->group.v4.sin_addr, place->interface_address};
  return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &member, sizeof member) == 0;
}

static bool join_v6(int fd, const struct place *place) {
  const struct ipv6_mreq member = {place->group.v6.sin6_addr, place->interface_index};
  return setsockopt(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &member, sizeof member) == 0;
}

/* Without this a socket also gets what other programs have joined on other interfaces. An old system may not know it. */
static void hear_own_memberships_only(int fd, int family) {
  const int no = 0;
  if (family == AF_INET) (void)setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &no, sizeof no);
  else (void)setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, &no, sizeof no);
}

/* Without this nothing changes but the cost: an older kernel does not know it. */
static void take_coalesced(int fd) {
  const int yes = 1;
  (void)setsockopt(fd, IPPROTO_UDP, UDP_GRO, &yes, sizeof yes);
}

int place_open_receiver(const struct place *place, int buffer_bytes, struct fault *fault) {
  const int fd = open_socket(place, fault);
  if (fd < 0) return -1;
  const int family = place->group.any.sa_family;
  const int yes = 1; /* Several students on one machine: each of their sockets gets every datagram. */
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0) return give_up(fd, "reuse", fault);
  /* The system caps it, often at 208 KB. */
  (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
  hear_own_memberships_only(fd, family);
  take_coalesced(fd);
  if (bind(fd, &place->group.any, length_of(&place->group)) != 0) return give_up(fd, "bind", fault);
  if (!(family == AF_INET ? join_v4(fd, place) : join_v6(fd, place))) return give_up(fd, "join", fault);
  return fd;
}

void address_text(const union address *address, char *text) {
  const void *bytes = address->any.sa_family == AF_INET6 ? (const void *)&address->v6.sin6_addr
                                                         : (const void *)&address->v4.sin_addr;
  if (inet_ntop(address->any.sa_family, bytes, text, INET6_ADDRSTRLEN) == NULL) text[0] = '\0';
}

unsigned address_port(const union address *address) {
  return ntohs(address->any.sa_family == AF_INET6 ? address->v6.sin6_port : address->v4.sin_port);
}

bool address_equal(const union address *a, const union address *b) {
  if (a->any.sa_family != b->any.sa_family) return false;
  if (a->any.sa_family != AF_INET6) {
    return a->v4.sin_port == b->v4.sin_port && a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
  }
  return a->v6.sin6_port == b->v6.sin6_port && memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr) == 0;
}
