/*
 * Receives many datagrams with one system call (recvmmsg), in a thread of its own, into a ring of slots.
 *
 * The ring is memory of JavaScript, kept alive by a reference until the thread has ended. `head` counts the datagrams that
 * the thread has put in, `tail` those that JavaScript has let go; each is written by one side only. A slot between
 * them belongs to JavaScript, any other to the thread. While the ring is full the kernel's buffer fills, and then drops.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "handles.h"

enum {
  /* A power of two, so that the counters may wrap. 4 MB: more than the sender is ever ahead of its class at first. */
  SLOTS = 2048,
  /* A datagram of any Ethernet without jumbo frames fits; what does not is nobody's we know. */
  BYTES = 2048,
  BATCH = 64,
  /* In JavaScript's table a slot has two numbers: the length, and which source it came from. */
  NUMBERS = 2,
  STACK_BYTES = 256 * 1024,
};

/* In place of a length: it did not fit, and is dropped. */
static const uint32_t TRUNCATED = UINT32_MAX;

const uint32_t RING_SLOTS = SLOTS;
const uint32_t SLOT_BYTES = BYTES;

static const napi_type_tag RECEIVER = {0x74757474692d7564, 0x702d726563656976};

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
  union address sources[SLOTS];
  /* The thread's own: the last source, and how many there were one after the other. */
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

static void wait_for(struct receiver *receiver, bool datagrams) {
  struct pollfd ready[] = {{receiver->wake, POLLIN, 0}, {receiver->fd, POLLIN, 0}};
  if (poll(ready, datagrams ? 2 : 1, -1) <= 0 || (ready[0].revents & POLLIN) == 0) return;
  uint64_t count;
  (void)!read(receiver->wake, &count, sizeof count);
}

static uint32_t free_slots(const struct receiver *receiver) {
  return SLOTS - (atomic_load(&receiver->head) - atomic_load(&receiver->tail));
}

static void wait_for_space(struct receiver *receiver) {
  atomic_store(&receiver->waits_for_space, true);
  /* Space that came before that was said wakes nobody. */
  if (free_slots(receiver) == 0) wait_for(receiver, false);
  atomic_store(&receiver->waits_for_space, false);
}

/* How many datagrams fit in one go: up to the end of the ring. */
static uint32_t room(const struct receiver *receiver) {
  const uint32_t to_end = SLOTS - atomic_load(&receiver->head) % SLOTS;
  uint32_t most = free_slots(receiver);
  if (most > to_end) most = to_end;
  return most > BATCH ? BATCH : most;
}

static int fetch(struct receiver *receiver, struct mmsghdr *messages, uint32_t most) {
  struct iovec slots[BATCH];
  const uint32_t first = atomic_load(&receiver->head) % SLOTS;
  for (uint32_t i = 0; i < most; i++) {
    slots[i] = (struct iovec){receiver->ring + (size_t)(first + i) * BYTES, BYTES};
    messages[i] = (struct mmsghdr){.msg_hdr = {
      .msg_name = &receiver->sources[first + i],
      .msg_namelen = sizeof receiver->sources[0],
      .msg_iov = &slots[i],
      .msg_iovlen = 1,
    }};
  }
  return recvmmsg(receiver->fd, messages, most, MSG_DONTWAIT, NULL);
}

static uint32_t number_of_source(struct receiver *receiver, const union address *source) {
  if (!address_equal(source, &receiver->source)) {
    receiver->source = *source;
    receiver->source_number++;
  }
  return receiver->source_number;
}

static void enter(struct receiver *receiver, uint32_t slot, const struct mmsghdr *message) {
  const bool fits = (message->msg_hdr.msg_flags & MSG_TRUNC) == 0 && message->msg_len <= BYTES;
  receiver->table[slot * NUMBERS] = fits ? message->msg_len : TRUNCATED;
  receiver->table[slot * NUMBERS + 1] = number_of_source(receiver, &receiver->sources[slot]);
}

/* False where nobody is there any more to be told. */
static bool announce(struct receiver *receiver) {
  if (atomic_exchange(&receiver->is_announced, true)) return true;
  return napi_call_threadsafe_function(receiver->readable, NULL, napi_tsfn_nonblocking) == napi_ok;
}

static bool hand_over(struct receiver *receiver, const struct mmsghdr *messages, uint32_t count) {
  const uint32_t head = atomic_load(&receiver->head);
  for (uint32_t i = 0; i < count; i++) enter(receiver, (head + i) % SLOTS, &messages[i]);
  atomic_store(&receiver->head, head + count);
  return announce(receiver);
}

/* Waits for something, or takes what is there. False where there is nothing more to do. */
static bool turn(struct receiver *receiver) {
  const uint32_t most = room(receiver);
  if (most == 0) return wait_for_space(receiver), true;
  struct mmsghdr messages[BATCH];
  const int count = fetch(receiver, messages, most);
  if (count > 0) return hand_over(receiver, messages, (uint32_t)count);
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

static void free_receiver(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  close_all(data);
  free(data);
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
  return receiver;
}

static void discard(struct receiver *receiver) {
  stop(receiver);
  free(receiver);
}

static napi_value run(napi_env env, struct receiver *receiver, const napi_value *arguments) {
  void *ring;
  void *table;
  if (!get_memory(env, arguments[4], napi_uint8_array, (size_t)SLOTS * BYTES, &ring) ||
      !get_memory(env, arguments[5], napi_uint32_array, (size_t)SLOTS * NUMBERS, &table) ||
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
  free(receiver);
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
  int bytes = 0;
  socklen_t length = sizeof bytes;
  (void)getsockopt(receiver->fd, SOL_SOCKET, SO_RCVBUF, &bytes, &length);
  return number_value(env, (uint32_t)bytes);
}

static uint32_t filled_slots(const struct receiver *receiver) {
  return atomic_load(&receiver->head) - atomic_load(&receiver->tail);
}

napi_value count_readable(napi_env env, napi_callback_info info) {
  struct receiver *receiver = only_argument(env, info);
  if (receiver == NULL) return NULL;
  uint32_t count = filled_slots(receiver);
  if (count == 0) {
    /* From here on the thread announces again; what came just before is counted. */
    atomic_store(&receiver->is_announced, false);
    count = filled_slots(receiver);
    if (count > 0) atomic_store(&receiver->is_announced, true);
  }
  return number_value(env, count);
}

napi_value source_of(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  uint32_t slot;
  if (!get_arguments(env, info, 2, arguments)) return NULL;
  const struct receiver *receiver = open_argument(env, arguments[0]);
  if (receiver == NULL || !get_number(env, arguments[1], SLOTS - 1, &slot)) return NULL;
  return address_value(env, &receiver->sources[slot]);
}

napi_value release_slots(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  uint32_t count;
  if (!get_arguments(env, info, 2, arguments)) return NULL;
  struct receiver *receiver = open_argument(env, arguments[0]);
  if (receiver == NULL || !get_number(env, arguments[1], filled_slots(receiver), &count)) return NULL;
  atomic_store(&receiver->tail, atomic_load(&receiver->tail) + count);
  if (atomic_exchange(&receiver->waits_for_space, false)) wake_up(receiver);
  return NULL;
}

napi_value receiver_error(napi_env env, napi_callback_info info) {
  const struct receiver *receiver = only_argument(env, info);
  return receiver == NULL ? NULL : number_value(env, (uint32_t)atomic_load(&receiver->error));
}
