/*
 * Sends many datagrams with one system call: equal ones as one large buffer that the kernel, or the card, cuts up
 * (UDP_SEGMENT, Linux 4.18), and several such buffers at once (sendmmsg). Used by one thread only.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handles.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

enum {
  /* UDP_MAX_SEGMENTS of the oldest kernel that has UDP_SEGMENT. */
  MOST_DATAGRAMS = 64,
  /* One IP packet before it is cut, with room for either family's headers. */
  MOST_MESSAGE_BYTES = 65000,
};

static const napi_type_tag SENDER = {0x74757474692d7564, 0x702d73656e646572};

struct sender {
  int fd; /* -1 once closed */
  bool can_segment;
};

/* The datagrams of one call, and what the kernel gets of them. */
struct batch {
  size_t count;
  struct iovec datagrams[MOST_DATAGRAMS];
  /* Datagrams of one message that lie in a row are one piece of memory. */
  struct iovec pieces[MOST_DATAGRAMS];
  size_t lengths[MOST_DATAGRAMS]; /* of the messages, in datagrams */
  struct mmsghdr messages[MOST_DATAGRAMS];
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(uint16_t))];
  } controls[MOST_DATAGRAMS];
};

static void close_socket(struct sender *sender) {
  if (sender->fd >= 0) close(sender->fd);
  sender->fd = -1;
}

static void free_sender(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  close_socket(data);
  free(data);
}

static struct sender *open_argument(napi_env env, napi_value handle) {
  struct sender *sender = unwrap_handle(env, handle, &SENDER);
  if (sender == NULL || sender->fd >= 0) return sender;
  napi_throw_error(env, NULL, "the sender is closed");
  return NULL;
}

/* An older kernel does not know the option, and would send a message as one huge datagram. */
static bool knows_segmentation(int fd) {
  int size = 0;
  socklen_t length = sizeof size;
  return getsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, &length) == 0;
}

napi_value open_sender(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  struct place place;
  uint32_t ttl;
  if (!get_arguments(env, info, 4, arguments) || !get_place(env, arguments, &place)) return NULL;
  if (!get_number(env, arguments[3], 255, &ttl)) return NULL;
  struct fault fault;
  const int fd = place_open_sender(&place, (int)ttl, &fault);
  if (fd < 0) return throw_fault(env, &fault), NULL;
  struct sender *sender = malloc(sizeof *sender);
  napi_value handle = NULL;
  if (sender != NULL) {
    *sender = (struct sender){fd, knows_segmentation(fd)};
    handle = wrap_handle(env, sender, free_sender, &SENDER);
  }
  if (handle == NULL) {
    close(fd);
    free(sender);
  }
  return handle;
}

/* How many datagrams from the first on make a message: equally long, only the last may be shorter. */
static size_t message_length(const struct iovec *datagrams, size_t count) {
  const size_t size = datagrams[0].iov_len;
  size_t bytes = size;
  size_t length = 1;
  while (size > 0 && length < count && datagrams[length].iov_len > 0 && datagrams[length].iov_len <= size &&
         bytes + datagrams[length].iov_len <= MOST_MESSAGE_BYTES) {
    bytes += datagrams[length].iov_len;
    length++;
    if (datagrams[length - 1].iov_len < size) break;
  }
  return length;
}

/* Joins datagrams that lie in a row; returns how many pieces of memory they are. */
static size_t join(const struct iovec *datagrams, size_t count, struct iovec *pieces) {
  size_t last = 0;
  pieces[0] = datagrams[0];
  for (size_t i = 1; i < count; i++) {
    const char *end = (const char *)pieces[last].iov_base + pieces[last].iov_len;
    if (datagrams[i].iov_base == end) {
      pieces[last].iov_len += datagrams[i].iov_len;
    } else {
      pieces[++last] = datagrams[i];
    }
  }
  return last + 1;
}

static void set_segment_size(struct batch *batch, size_t message, uint16_t size) {
  struct msghdr *header = &batch->messages[message].msg_hdr;
  header->msg_control = batch->controls[message].bytes;
  header->msg_controllen = sizeof batch->controls[message].bytes;
  struct cmsghdr *control = CMSG_FIRSTHDR(header);
  control->cmsg_level = IPPROTO_UDP;
  control->cmsg_type = UDP_SEGMENT;
  control->cmsg_len = CMSG_LEN(sizeof size);
  memcpy(CMSG_DATA(control), &size, sizeof size);
}

/* Makes messages of the datagrams from `first` on; returns how many. */
static size_t plan(const struct sender *sender, struct batch *batch, size_t first) {
  size_t messages = 0;
  while (first < batch->count) {
    const struct iovec *datagrams = &batch->datagrams[first];
    struct iovec *pieces = &batch->pieces[first];
    const size_t length = sender->can_segment ? message_length(datagrams, batch->count - first) : 1;
    const size_t joined = join(datagrams, length, pieces);
    batch->messages[messages] = (struct mmsghdr){.msg_hdr = {.msg_iov = pieces, .msg_iovlen = joined}};
    batch->lengths[messages] = length;
    if (length > 1) set_segment_size(batch, messages, (uint16_t)datagrams->iov_len);
    messages++;
    first += length;
  }
  return messages;
}

static bool is_queue_full(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS;
}

/* What the kernel says where it cannot cut up a message: a card without checksums, a smaller MTU, an odd protocol stack. */
static bool is_about_segmentation(int error) {
  return error == EIO || error == EINVAL || error == EMSGSIZE || error == EOPNOTSUPP;
}

/* The first message was refused. Returns how many datagrams are done with. */
static size_t take_refusal(struct sender *sender, const struct batch *batch, int error) {
  const size_t length = batch->lengths[0];
  if (length > 1 && is_about_segmentation(error)) {
    sender->can_segment = false; /* One by one from here on, as node:dgram does. */
    return 0;
  }
  return length;
}

/* Sends as many as the system takes; a datagram that it refuses is a lost one. */
static size_t send_batch(struct sender *sender, struct batch *batch) {
  size_t done = 0;
  while (done < batch->count) {
    const size_t messages = plan(sender, batch, done);
    const int sent = sendmmsg(sender->fd, batch->messages, (unsigned)messages, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && is_queue_full(errno)) break;
    if (sent < 0) done += take_refusal(sender, batch, errno);
    for (int i = 0; i < sent; i++) done += batch->lengths[i];
  }
  return done;
}

/* Adds the datagrams of a run, as many as there is room for: `size` bytes each, the last one what is left. */
static void add_run(struct batch *batch, char *bytes, size_t length, size_t size) {
  do {
    const size_t taken = size > 0 && size < length ? size : length;
    batch->datagrams[batch->count++] = (struct iovec){bytes, taken};
    bytes += taken;
    length -= taken;
  } while (length > 0 && batch->count < MOST_DATAGRAMS);
}

static bool get_run(napi_env env, const napi_value *arrays, uint32_t index, struct batch *batch) {
  napi_value bytes;
  napi_value size;
  napi_typedarray_type type = napi_int8_array;
  void *data;
  size_t length;
  uint32_t datagram_bytes;
  const bool is_run = napi_get_element(env, arrays[0], index, &bytes) == napi_ok &&
                      napi_get_typedarray_info(env, bytes, &type, &length, &data, NULL, NULL) == napi_ok &&
                      type == napi_uint8_array && napi_get_element(env, arrays[1], index, &size) == napi_ok &&
                      napi_get_value_uint32(env, size, &datagram_bytes) == napi_ok;
  if (is_run) add_run(batch, data, length, datagram_bytes);
  else napi_throw_type_error(env, NULL, "a run is a Uint8Array, and has the size of its datagrams");
  return is_run;
}

napi_value send_runs(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  if (!get_arguments(env, info, 3, arguments)) return NULL;
  struct sender *sender = open_argument(env, arguments[0]);
  if (sender == NULL) return NULL;
  uint32_t runs = 0;
  if (napi_get_array_length(env, arguments[1], &runs) != napi_ok) {
    return napi_throw_type_error(env, NULL, "no array of runs"), NULL;
  }
  struct batch batch;
  batch.count = 0;
  for (uint32_t i = 0; i < runs && batch.count < MOST_DATAGRAMS; i++) {
    if (!get_run(env, &arguments[1], i, &batch)) return NULL;
  }
  return number_value(env, (uint32_t)send_batch(sender, &batch));
}

napi_value sender_address(napi_env env, napi_callback_info info) {
  napi_value handle;
  if (!get_arguments(env, info, 1, &handle)) return NULL;
  const struct sender *sender = open_argument(env, handle);
  if (sender == NULL) return NULL;
  union address own;
  socklen_t length = sizeof own;
  if (getsockname(sender->fd, &own.any, &length) != 0) {
    const struct fault fault = {"address", errno};
    return throw_fault(env, &fault), NULL;
  }
  return address_value(env, &own);
}

napi_value close_sender(napi_env env, napi_callback_info info) {
  napi_value handle;
  if (!get_arguments(env, info, 1, &handle)) return NULL;
  struct sender *sender = unwrap_handle(env, handle, &SENDER);
  if (sender != NULL) close_socket(sender);
  return NULL;
}
