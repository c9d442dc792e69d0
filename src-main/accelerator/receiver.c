/*
 * Receives many datagrams with one system call (recvmmsg), in a thread of its own, into a ring of bytes. Where the card
 * coalesces equal datagrams of one source (UDP_GRO, Linux 5.0), a message is up to 64 KB of them.
 *
 * Equal datagrams in a row are one batch, whether the card or this thread has put them together. Ring and table are memory of
 * JavaScript, kept alive by references until the thread has ended. `head` counts the batches that the thread has put in,
 * `tail` those that JavaScript has let go; each is written by one side only. A batch between them belongs to JavaScript,
 * anything else to the thread. While there is no space the kernel's buffer fills, and then drops.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "handles.h"

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum {
  /* More than the sender is ever ahead of its class at first. */
  RING = 4 * 1024 * 1024,
  /* A power of two, so that the counters may wrap. */
  BATCHES = 1024,
  /* What one message has at most. */
  MESSAGE = 65536,
  MESSAGES = 32,
  /* A message, and another's space, which stays free. With less than that to its end the ring begins again. */
  LEAST_SPACE = 2 * MESSAGE,
  /* A datagram of any Ethernet without jumbo frames fits; a longer one is nobody's we know, and is dropped. */
  LONGEST_DATAGRAM = 2048,
  /* In JavaScript's table a batch has four numbers: where it begins, its bytes, those of a datagram, and which source it came from. */
  NUMBERS = 4,
  STACK_BYTES = 256 * 1024,
  /* Where batches begin. */
  ALIGNMENT = 8,
};

/*
 * In the middle of a stream more datagrams are awaited for so long: waking JavaScript costs more than receiving 64 KB. Of a
 * buffer that the system has not made larger than usual, a gigabit link fills a quarter in the shorter time.
 */
static const struct timespec NAP = {0, 5 * 1000 * 1000};
static const struct timespec SHORT_NAP = {0, 250 * 1000};
static const int LARGE_BUFFER = 1024 * 1024;
/* After so much silence, in ns, a datagram is no stream. */
static const int64_t SILENCE = 20 * 1000 * 1000;

const uint32_t RING_BYTES = RING;
const uint32_t RING_BATCHES = BATCHES;

static const napi_type_tag RECEIVER = {0x74757474692d7564, 0x702d726563656976};

struct message {
  union address source;
  uint8_t bytes[MESSAGE];
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control;
};

struct receiver {
  napi_env env;
  int fd;   /* -1 once closed */
  int wake; /* an eventfd: the thread shall stop, or there is space again */
  pthread_t thread;
  bool has_thread;
  napi_threadsafe_function readable;
  napi_ref ring_reference;
  napi_ref table_reference;
  uint8_t *ring;
  uint32_t *table;
  union address sources[BATCHES];
  struct timespec nap;
  /* The thread's own: what the kernel gave last, where the next batch begins, when something came (ns), the last source, and how many there were one after the other. */
  struct message *messages;
  uint32_t next;
  int64_t heard_at;
  union address source;
  uint32_t source_number;
  _Atomic uint32_t head;
  _Atomic uint32_t tail;
  /* JavaScript has been called and has not yet found the ring empty. */
  atomic_bool is_announced;
  atomic_bool waits_for_space;
  atomic_bool is_stopping;
  atomic_int error;
};

/* --- The thread --- */

static void wake_up(const struct receiver *receiver) {
  const uint64_t one = 1;
  /* Full it is awake anyway. */
  (void)!write(receiver->wake, &one, sizeof one);
}

/* Whether a datagram that comes now follows others. */
static bool is_stream(struct receiver *receiver) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  const int64_t before = receiver->heard_at;
  receiver->heard_at = now.tv_sec * 1000 * 1000 * 1000 + now.tv_nsec;
  return receiver->heard_at - before < SILENCE;
}

static void wait_for(struct receiver *receiver, bool datagrams) {
  struct pollfd ready[] = {{receiver->wake, POLLIN, 0}, {receiver->fd, POLLIN, 0}};
  if (poll(ready, datagrams ? 2 : 1, -1) <= 0) return;
  if ((ready[0].revents & POLLIN) != 0) {
    uint64_t count;
    (void)!read(receiver->wake, &count, sizeof count);
  } else if (is_stream(receiver)) {
    nanosleep(&receiver->nap, NULL);
  }
}

/* Bytes that are free in a row, from where the next batch begins. */
static uint32_t free_bytes(struct receiver *receiver) {
  const uint32_t tail = atomic_load(&receiver->tail);
  if (tail == atomic_load(&receiver->head)) return receiver->next = 0, RING;
  const uint32_t oldest = receiver->table[tail % BATCHES * NUMBERS];
  if (receiver->next > oldest) {
    if (RING - receiver->next >= LEAST_SPACE) return RING - receiver->next;
    if (oldest < LEAST_SPACE) return 0;
    receiver->next = 0;
  }
  return oldest - receiver->next;
}

/* How many messages may be fetched: each has space, and is a batch at worst. One message's space always stays free between newest and oldest. */
static uint32_t room(struct receiver *receiver) {
  const uint32_t space = free_bytes(receiver) / MESSAGE;
  const uint32_t batches = BATCHES - (atomic_load(&receiver->head) - atomic_load(&receiver->tail));
  const uint32_t most = space <= 1 ? 0 : space - 1 < batches ? space - 1 : batches;
  return most > MESSAGES ? MESSAGES : most;
}

static void wait_for_space(struct receiver *receiver) {
  atomic_store(&receiver->waits_for_space, true);
  /* Space that came before that was said wakes nobody. */
  if (room(receiver) == 0) wait_for(receiver, false);
  atomic_store(&receiver->waits_for_space, false);
}

static int fetch(struct receiver *receiver, struct mmsghdr *headers, uint32_t most) {
  struct iovec places[MESSAGES];
  for (uint32_t i = 0; i < most; i++) {
    struct message *message = &receiver->messages[i];
    places[i] = (struct iovec){message->bytes, MESSAGE};
    headers[i] = (struct mmsghdr){.msg_hdr = {
      .msg_name = &message->source,
      .msg_namelen = sizeof message->source,
      .msg_iov = &places[i],
      .msg_iovlen = 1,
      .msg_control = message->control.bytes,
      .msg_controllen = sizeof message->control.bytes,
    }};
  }
  return recvmmsg(receiver->fd, headers, most, MSG_DONTWAIT, NULL);
}

/* Bytes of each datagram of a message; the last may be shorter. */
static uint32_t datagram_bytes(struct mmsghdr *header) {
  for (struct cmsghdr *control = CMSG_FIRSTHDR(&header->msg_hdr); control != NULL;
       control = CMSG_NXTHDR(&header->msg_hdr, control)) {
    if (control->cmsg_level != IPPROTO_UDP || control->cmsg_type != UDP_GRO) continue;
    int bytes = 0;
    memcpy(&bytes, CMSG_DATA(control), sizeof bytes);
    if (bytes > 0 && (uint32_t)bytes < header->msg_len) return (uint32_t)bytes;
  }
  return header->msg_len;
}

static uint32_t number_of_source(struct receiver *receiver, const union address *source) {
  if (!address_equal(source, &receiver->source)) {
    receiver->source = *source;
    receiver->source_number++;
  }
  return receiver->source_number;
}

/* Whether the message goes on where the batch ends: nothing in it is shorter than what follows. */
static bool continues(const uint32_t *batch, uint32_t bytes, uint32_t datagram, uint32_t source) {
  return batch[2] == datagram && datagram > 0 && batch[3] == source && batch[1] % datagram == 0 &&
         batch[1] + bytes <= MESSAGE;
}

/* Where the next batch begins. An empty datagram takes space too, so that no two batches begin at one place. */
static uint32_t end_of(const uint32_t *batch) {
  return batch[0] + (batch[1] + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
}

/* Puts a message into the ring. Returns whether it began a batch, with the number `head`. */
static bool append(struct receiver *receiver, uint32_t head, bool is_first, const struct message *message,
                   struct mmsghdr *header) {
  const uint32_t bytes = header->msg_len;
  const uint32_t datagram = datagram_bytes(header);
  if ((header->msg_hdr.msg_flags & MSG_TRUNC) != 0 || datagram > LONGEST_DATAGRAM) return false;
  const uint32_t source = number_of_source(receiver, &message->source);
  uint32_t *batch = &receiver->table[(head - 1) % BATCHES * NUMBERS];
  if (!is_first && continues(batch, bytes, datagram, source)) {
    memcpy(receiver->ring + batch[0] + batch[1], message->bytes, bytes);
    batch[1] += bytes;
    receiver->next = end_of(batch);
    return false;
  }
  batch = &receiver->table[head % BATCHES * NUMBERS];
  batch[0] = receiver->next;
  batch[1] = bytes;
  batch[2] = datagram;
  batch[3] = source;
  receiver->sources[head % BATCHES] = message->source;
  memcpy(receiver->ring + receiver->next, message->bytes, bytes);
  receiver->next = end_of(batch);
  return true;
}

/* False where nobody is there any more to be told. */
static bool announce(struct receiver *receiver) {
  if (atomic_exchange(&receiver->is_announced, true)) return true;
  return napi_call_threadsafe_function(receiver->readable, NULL, napi_tsfn_nonblocking) == napi_ok;
}

static bool hand_over(struct receiver *receiver, struct mmsghdr *headers, uint32_t count) {
  const uint32_t first = atomic_load(&receiver->head);
  uint32_t head = first;
  for (uint32_t i = 0; i < count; i++) {
    if (append(receiver, head, head == first, &receiver->messages[i], &headers[i])) head++;
  }
  if (head == first) return true;
  atomic_store(&receiver->head, head);
  return announce(receiver);
}

/* Waits for something, or takes what is there. False where there is nothing more to do. */
static bool turn(struct receiver *receiver) {
  const uint32_t most = room(receiver);
  if (most == 0) return wait_for_space(receiver), true;
  struct mmsghdr headers[MESSAGES];
  const int count = fetch(receiver, headers, most);
  if (count > 0) return hand_over(receiver, headers, (uint32_t)count);
  if (errno == EAGAIN || errno == EWOULDBLOCK) return wait_for(receiver, true), true;
  if (errno == EINTR) return true;
  atomic_store(&receiver->error, errno);
  announce(receiver);
  return false;
}

static void *receive(void *receiver) {
  while (!atomic_load(&((struct receiver *)receiver)->is_stopping) && turn(receiver)) continue;
  return NULL;
}

/* Signals are the process's own business: the thread gets none. */
static int start_thread(struct receiver *receiver) {
  sigset_t all;
  sigset_t before;
  pthread_attr_t attributes;
  sigfillset(&all);
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int error = pthread_create(&receiver->thread, &attributes, receive, receiver);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  receiver->has_thread = error == 0;
  if (receiver->has_thread) pthread_setname_np(receiver->thread, "tutti-receive");
  return error;
}

/* --- Opening and closing --- */

/* Ends the thread, which waits for nothing that JavaScript holds, and leaves the group. */
static void stop(struct receiver *receiver) {
  if (receiver->has_thread) {
    atomic_store(&receiver->is_stopping, true);
    wake_up(receiver);
    pthread_join(receiver->thread, NULL);
    receiver->has_thread = false;
  }
  if (receiver->fd >= 0) close(receiver->fd);
  if (receiver->wake >= 0) close(receiver->wake);
  receiver->fd = receiver->wake = -1;
}

/* The environment ends: a worker is terminated. It frees the function and the references itself. */
static void stop_with_environment(void *receiver) {
  stop(receiver);
}

static void close_all(struct receiver *receiver) {
  if (receiver->fd < 0) return;
  napi_remove_env_cleanup_hook(receiver->env, stop_with_environment, receiver);
  stop(receiver);
  napi_release_threadsafe_function(receiver->readable, napi_tsfn_abort);
  napi_delete_reference(receiver->env, receiver->ring_reference);
  napi_delete_reference(receiver->env, receiver->table_reference);
}

static void free_all(struct receiver *receiver) {
  free(receiver->messages);
  free(receiver);
}

static void free_receiver(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  close_all(data);
  free_all(data);
}

static bool get_memory(napi_env env, napi_value value, napi_typedarray_type wanted, size_t length, void **memory) {
  napi_typedarray_type type = napi_int8_array;
  size_t found = 0;
  if (napi_get_typedarray_info(env, value, &type, &found, memory, NULL, NULL) == napi_ok && type == wanted &&
      found == length) {
    return true;
  }
  napi_throw_type_error(env, NULL, "the ring has another size");
  return false;
}

static bool make_callback(napi_env env, napi_value function, napi_threadsafe_function *readable) {
  napi_value name;
  if (napi_create_string_utf8(env, "tutti-receive", NAPI_AUTO_LENGTH, &name) == napi_ok &&
      napi_create_threadsafe_function(env, function, NULL, name, 0, 1, NULL, NULL, NULL, NULL, readable) == napi_ok) {
    return true;
  }
  napi_throw_type_error(env, NULL, "no function to call");
  return false;
}

/* The socket is open, the thread is not running. On failure nothing is left but the socket. */
static bool hold(napi_env env, struct receiver *receiver, const napi_value *arguments) {
  if (!make_callback(env, arguments[6], &receiver->readable)) return false;
  if (napi_create_reference(env, arguments[4], 1, &receiver->ring_reference) == napi_ok &&
      napi_create_reference(env, arguments[5], 1, &receiver->table_reference) == napi_ok &&
      napi_add_env_cleanup_hook(env, stop_with_environment, receiver) == napi_ok) {
    return true;
  }
  napi_release_threadsafe_function(receiver->readable, napi_tsfn_abort);
  napi_throw_error(env, NULL, "the ring cannot be held");
  return false;
}

static int granted_bytes(int fd) {
  int bytes = 0;
  socklen_t length = sizeof bytes;
  (void)getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, &length);
  return bytes;
}

static void discard(struct receiver *receiver) {
  stop(receiver);
  free_all(receiver);
}

static struct receiver *allocate(napi_env env, int fd) {
  struct receiver *receiver = calloc(1, sizeof *receiver);
  if (receiver == NULL) {
    close(fd);
    napi_throw_error(env, NULL, "out of memory");
    return NULL;
  }
  receiver->env = env;
  receiver->fd = fd;
  receiver->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  receiver->nap = granted_bytes(fd) < LARGE_BUFFER ? SHORT_NAP : NAP;
  receiver->messages = calloc(MESSAGES, sizeof *receiver->messages);
  if (receiver->messages != NULL) return receiver;
  discard(receiver);
  napi_throw_error(env, NULL, "out of memory");
  return NULL;
}

static napi_value run(napi_env env, struct receiver *receiver, const napi_value *arguments) {
  void *ring;
  void *table;
  if (!get_memory(env, arguments[4], napi_uint8_array, RING, &ring) ||
      !get_memory(env, arguments[5], napi_uint32_array, (size_t)BATCHES * NUMBERS, &table) ||
      !hold(env, receiver, arguments)) {
    discard(receiver);
    return NULL;
  }
  receiver->ring = ring;
  receiver->table = table;
  const int error = receiver->wake < 0 ? EMFILE : start_thread(receiver);
  napi_value handle = error == 0 ? wrap_handle(env, receiver, free_receiver, &RECEIVER) : NULL;
  if (handle != NULL) return handle;
  close_all(receiver);
  free_all(receiver);
  const struct fault fault = {"thread", error};
  if (error != 0) throw_fault(env, &fault);
  return NULL;
}

napi_value open_receiver(napi_env env, napi_callback_info info) {
  napi_value arguments[7];
  struct place place;
  uint32_t buffer_bytes;
  if (!get_arguments(env, info, 7, arguments) || !get_place(env, arguments, &place)) return NULL;
  if (!get_number(env, arguments[3], 1 << 30, &buffer_bytes)) return NULL;
  struct fault fault;
  const int fd = place_open_receiver(&place, (int)buffer_bytes, &fault);
  if (fd < 0) return throw_fault(env, &fault), NULL;
  struct receiver *receiver = allocate(env, fd);
  return receiver == NULL ? NULL : run(env, receiver, arguments);
}

napi_value close_receiver(napi_env env, napi_callback_info info) {
  napi_value handle;
  if (!get_arguments(env, info, 1, &handle)) return NULL;
  struct receiver *receiver = unwrap_handle(env, handle, &RECEIVER);
  if (receiver != NULL) close_all(receiver);
  return NULL;
}

/* --- JavaScript's side of the ring --- */

static struct receiver *open_argument(napi_env env, napi_value handle) {
  struct receiver *receiver = unwrap_handle(env, handle, &RECEIVER);
  if (receiver == NULL || receiver->fd >= 0) return receiver;
  napi_throw_error(env, NULL, "the receiver is closed");
  return NULL;
}

static struct receiver *only_argument(napi_env env, napi_callback_info info) {
  napi_value handle;
  return get_arguments(env, info, 1, &handle) ? open_argument(env, handle) : NULL;
}

napi_value receiver_buffer_bytes(napi_env env, napi_callback_info info) {
  const struct receiver *receiver = only_argument(env, info);
  if (receiver == NULL) return NULL;
  return number_value(env, (uint32_t)granted_bytes(receiver->fd));
}

static uint32_t filled_batches(const struct receiver *receiver) {
  return atomic_load(&receiver->head) - atomic_load(&receiver->tail);
}

napi_value count_readable(napi_env env, napi_callback_info info) {
  struct receiver *receiver = only_argument(env, info);
  if (receiver == NULL) return NULL;
  uint32_t count = filled_batches(receiver);
  if (count == 0) {
    /* From here on the thread announces again; what came just before is counted. */
    atomic_store(&receiver->is_announced, false);
    count = filled_batches(receiver);
    if (count > 0) atomic_store(&receiver->is_announced, true);
  }
  return number_value(env, count);
}

napi_value source_of(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  uint32_t batch;
  if (!get_arguments(env, info, 2, arguments)) return NULL;
  const struct receiver *receiver = open_argument(env, arguments[0]);
  if (receiver == NULL || !get_number(env, arguments[1], BATCHES - 1, &batch)) return NULL;
  return address_value(env, &receiver->sources[batch]);
}

napi_value release_batches(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  uint32_t count;
  if (!get_arguments(env, info, 2, arguments)) return NULL;
  struct receiver *receiver = open_argument(env, arguments[0]);
  if (receiver == NULL || !get_number(env, arguments[1], filled_batches(receiver), &count)) return NULL;
  atomic_store(&receiver->tail, atomic_load(&receiver->tail) + count);
  if (atomic_exchange(&receiver->waits_for_space, false)) wake_up(receiver);
  return NULL;
}

napi_value receiver_error(napi_env env, napi_callback_info info) {
  const struct receiver *receiver = only_argument(env, info);
  return receiver == NULL ? NULL : number_value(env, (uint32_t)atomic_load(&receiver->error));
}
