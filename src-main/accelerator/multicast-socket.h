#ifndef TUTTI_MULTICAST_SOCKET_H
#define TUTTI_MULTICAST_SOCKET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

/* An address of either family, as the system's calls take it. */
union address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
};

/* A group and port, and the interface on which it is used. */
struct place {
  union address group;
  struct in_addr interface_address; /* IPv4 */
  unsigned interface_index;         /* IPv6 */
};

/* What went wrong: a step such as "bind", and its errno. */
struct fault {
  const char *step;
  int error;
};

/*
 * Reads a group and its interface: for IPv4 one of the machine's addresses, for IPv6 `::%name`.
 * False, with the fault, where one of them is none.
 */
bool place_parse(struct place *place, const char *group, unsigned port, const char *interface, struct fault *fault);

/* A socket that sends to the group and to nothing else; -1, with the fault, where there can be none. */
int place_open_sender(const struct place *place, int ttl, struct fault *fault);

/* A socket that is a member of the group on the one interface; -1, with the fault, where there can be none. */
int place_open_receiver(const struct place *place, int buffer_bytes, struct fault *fault);

/* The text of an address, without its zone. `text` has room for INET6_ADDRSTRLEN bytes. */
void address_text(const union address *address, char *text);

/* The port of an address. */
unsigned address_port(const union address *address);

/* Whether two addresses and ports are the same. */
bool address_equal(const union address *a, const union address *b);

#endif
