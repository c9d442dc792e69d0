#include "handles.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 128, MOST_PORT = 65535 };

static bool refuse(napi_env env, const char *message) {
  napi_throw_type_error(env, NULL, message);
  return false;
}

bool get_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *arguments) {
  size_t found = count;
  if (napi_get_cb_info(env, info, &found, arguments, NULL, NULL) != napi_ok) return refuse(env, "no arguments");
  return found == count || refuse(env, "wrong number of arguments");
}

napi_value wrap_handle(napi_env env, void *data, napi_finalize finalize, const napi_type_tag *kind) {
  napi_value handle;
  if (napi_create_object(env, &handle) == napi_ok && napi_type_tag_object(env, handle, kind) == napi_ok &&
      napi_wrap(env, handle, data, finalize, NULL, NULL) == napi_ok) {
    return handle;
  }
  refuse(env, "the handle cannot be made");
  return NULL;
}

void *unwrap_handle(napi_env env, napi_value handle, const napi_type_tag *kind) {
  bool is_kind = false;
  void *data = NULL;
  if (napi_check_object_type_tag(env, handle, kind, &is_kind) == napi_ok && is_kind &&
      napi_unwrap(env, handle, &data) == napi_ok) {
    return data;
  }
  refuse(env, "not a handle of this kind");
  return NULL;
}

/* A text that is cut would be another address. */
static bool get_text(napi_env env, napi_value value, char *text) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, text, NAME_BYTES, &length) != napi_ok) return refuse(env, "not a text");
  if (length >= NAME_BYTES - 1 || strlen(text) != length) return refuse(env, "not an address");
  return true;
}

bool get_number(napi_env env, napi_value value, uint32_t most, uint32_t *number) {
  double given = 0;
  if (napi_get_value_double(env, value, &given) != napi_ok) return refuse(env, "not a number");
  if (!(given >= 0 && given <= (double)most)) return refuse(env, "the number is out of range");
  *number = (uint32_t)given;
  return true;
}

bool get_place(napi_env env, const napi_value *arguments, struct place *place) {
  char group[NAME_BYTES];
  char interface[NAME_BYTES];
  uint32_t port;
  if (!get_text(env, arguments[0], group) || !get_number(env, arguments[1], MOST_PORT, &port)) return false;
  if (!get_text(env, arguments[2], interface)) return false;
  struct fault fault;
  if (place_parse(place, group, port, interface, &fault)) return true;
  throw_fault(env, &fault);
  return false;
}

void throw_fault(napi_env env, const struct fault *fault) {
  char message[NAME_BYTES];
  snprintf(message, sizeof message, "%s: %s", fault->step, strerror(fault->error));
  napi_throw_error(env, NULL, message);
}

napi_value number_value(napi_env env, uint32_t number) {
  napi_value value = NULL;
  napi_create_uint32(env, number, &value);
  return value;
}

napi_value address_value(napi_env env, const union address *address) {
  char text[INET6_ADDRSTRLEN];
  address_text(address, text);
  napi_value pair = NULL;
  napi_value name = NULL;
  if (napi_create_array_with_length(env, 2, &pair) != napi_ok ||
      napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_set_element(env, pair, 0, name) != napi_ok ||
      napi_set_element(env, pair, 1, number_value(env, address_port(address))) != napi_ok) {
    refuse(env, "the address cannot be told");
    return NULL;
  }
  return pair;
}
