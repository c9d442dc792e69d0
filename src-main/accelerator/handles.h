#ifndef TUTTI_HANDLES_H
#define TUTTI_HANDLES_H

#include <node_api.h>

#include "multicast-socket.h"

/* Of what native-module.ts expects: a binary left over from another version is not used. */
enum { TUTTI_VERSION = 5 };

/*
 * What all functions need of the Node-API. Every function that gives NULL or false has thrown, or found an
 * exception that is already on its way: the caller returns at once.
 */

/* Gets exactly `count` arguments. */
bool get_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *arguments);

/* A new object that stands for `data`; `finalize` frees that when nobody has the object any more. */
napi_value wrap_handle(napi_env env, void *data, napi_finalize finalize, const napi_type_tag *kind);

/* What an object made by `wrap_handle` with the same `kind` stands for. */
void *unwrap_handle(napi_env env, napi_value handle, const napi_type_tag *kind);

/* Reads the first arguments of both `open` functions: group, port, interface. */
bool get_place(napi_env env, const napi_value *arguments, struct place *place);

/* A whole number from 0 to `most`. */
bool get_number(napi_env env, napi_value value, uint32_t most, uint32_t *number);

/* Throws what went wrong, such as "bind: Cannot assign requested address". */
void throw_fault(napi_env env, const struct fault *fault);

/* The array [address, port]. */
napi_value address_value(napi_env env, const union address *address);

napi_value number_value(napi_env env, uint32_t number);

/* The functions of sender.c and receiver.c; types and meaning: native-module.ts. */
napi_value open_sender(napi_env env, napi_callback_info info);
napi_value send_runs(napi_env env, napi_callback_info info);
napi_value sender_address(napi_env env, napi_callback_info info);
napi_value close_sender(napi_env env, napi_callback_info info);

napi_value open_receiver(napi_env env, napi_callback_info info);
napi_value receiver_buffer_bytes(napi_env env, napi_callback_info info);
napi_value count_readable(napi_env env, napi_callback_info info);
napi_value source_of(napi_env env, napi_callback_info info);
napi_value release_batches(napi_env env, napi_callback_info info);
napi_value receiver_error(napi_env env, napi_callback_info info);
napi_value close_receiver(napi_env env, napi_callback_info info);

/* The function of combiner.c; NULL where this processor has not what it takes. */
napi_callback combiner(void);

/* The ring of a receiver: so many bytes, and batches in them (receiver.c). */
extern const uint32_t RING_BYTES;
extern const uint32_t RING_BATCHES;

#endif
