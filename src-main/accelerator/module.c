/* The names under which the functions are known to JavaScript: native-module.ts. */

#include "handles.h"

static bool add_function(napi_env env, napi_value exports, const char *name, napi_callback function) {
  napi_value value;
  return napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value) == napi_ok &&
         napi_set_named_property(env, exports, name, value) == napi_ok;
}

static bool add_number(napi_env env, napi_value exports, const char *name, uint32_t number) {
  napi_value value = number_value(env, number);
  return value != NULL && napi_set_named_property(env, exports, name, value) == napi_ok;
}

NAPI_MODULE_INIT() {
  const bool is_whole = add_number(env, exports, "version", TUTTI_VERSION) &&
                        add_number(env, exports, "ringBytes", RING_BYTES) &&
                        add_number(env, exports, "ringBatches", RING_BATCHES) &&
                        add_function(env, exports, "openSender", open_sender) &&
                        add_function(env, exports, "send", send_runs) &&
                        add_function(env, exports, "senderAddress", sender_address) &&
                        add_function(env, exports, "closeSender", close_sender) &&
                        add_function(env, exports, "openReceiver", open_receiver) &&
                        add_function(env, exports, "bufferBytes", receiver_buffer_bytes) &&
                        add_function(env, exports, "readable", count_readable) &&
                        add_function(env, exports, "sourceOf", source_of) &&
                        add_function(env, exports, "release", release_batches) &&
                        add_function(env, exports, "errorOf", receiver_error) &&
                        add_function(env, exports, "closeReceiver", close_receiver) &&
                        (combiner() == NULL || add_function(env, exports, "combine", combiner()));
  if (!is_whole) napi_throw_error(env, NULL, "the accelerator cannot be set up");
  return exports;
}
