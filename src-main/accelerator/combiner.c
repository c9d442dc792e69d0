/*
 * Combinations of units over GF(2^8), 32 bytes at a time, where the processor has AVX2. What coding/galois-kernel.wat does
 * elsewhere, and by the same tables; but here units are read where they are.
 */

#include "handles.h"

#ifdef __x86_64__

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))

enum {
  VECTOR_BYTES = 32,
  /* Those of a block. */
  MOST_COLUMNS = 128,
  MOST_ROWS = 128,
  /* Any datagram is shorter. */
  MOST_UNIT_BYTES = 2048,
  POLYNOMIAL = 0x11d,
};

struct task {
  uint8_t *sums;
  size_t stride; /* from one sum to the next: a unit's bytes, up to whole vectors */
  size_t rows;
  const uint8_t *matrix;
  size_t columns;
  const uint8_t *units;
  size_t bytes; /* of all units; the last one may be shorter than the others */
  size_t unit_bytes;
};

/* For each constant its products with 0..15, then those with 0, 16, 32..240. */
static uint8_t tables[256][2][VECTOR_BYTES / 2] __attribute__((aligned(VECTOR_BYTES)));

static uint8_t multiply(unsigned a, unsigned b) {
  unsigned product = 0;
  for (; b != 0; b >>= 1) {
    if ((b & 1) != 0) product ^= a;
    a = a < 128 ? a << 1 : (a << 1) ^ POLYNOMIAL;
  }
  return (uint8_t)product;
}

/* When the module is loaded, so that no thread sees half of them. */
__attribute__((constructor)) static void fill_tables(void) {
  for (unsigned constant = 0; constant < 256; constant++) {
    for (unsigned half = 0; half < 16; half++) {
      tables[constant][0][half] = multiply(constant, half);
      tables[constant][1][half] = multiply(constant, half << 4);
    }
  }
}

AVX2 static inline __m256i table_of(const uint8_t *coefficient, unsigned half) {
  return _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)tables[*coefficient][half]));
}

/* The halves of 32 bytes, each in a byte of its own. */
struct halves {
  __m256i low;
  __m256i high;
};

AVX2 static inline struct halves halves_at(const uint8_t *bytes) {
  const __m256i mask = _mm256_set1_epi8(15);
  const __m256i whole = _mm256_loadu_si256((const __m256i *)bytes);
  return (struct halves){_mm256_and_si256(whole, mask), _mm256_and_si256(_mm256_srli_epi16(whole, 4), mask)};
}

AVX2 static inline void add_product(uint8_t *sum, struct halves x, __m256i low, __m256i high) {
  const __m256i product = _mm256_xor_si256(_mm256_shuffle_epi8(low, x.low), _mm256_shuffle_epi8(high, x.high));
  _mm256_storeu_si256((__m256i *)sum, _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)sum), product));
}

AVX2 static void add_to_one(const struct task *task, size_t row, size_t column, const uint8_t *unit) {
  const uint8_t *coefficient = task->matrix + row * task->columns + column;
  const __m256i low = table_of(coefficient, 0), high = table_of(coefficient, 1);
  uint8_t *sum = task->sums + row * task->stride;
  for (size_t at = 0; at < task->stride; at += VECTOR_BYTES) add_product(sum + at, halves_at(unit + at), low, high);
}

/* Four rows share the reading of a unit and the splitting of its bytes; eight tables are as many as registers hold. */
AVX2 static void add_to_four(const struct task *task, size_t row, size_t column, const uint8_t *unit) {
  const size_t stride = task->stride, columns = task->columns;
  const uint8_t *coefficient = task->matrix + row * columns + column;
  const __m256i low0 = table_of(coefficient, 0), high0 = table_of(coefficient, 1);
  const __m256i low1 = table_of(coefficient + columns, 0), high1 = table_of(coefficient + columns, 1);
  const __m256i low2 = table_of(coefficient + 2 * columns, 0), high2 = table_of(coefficient + 2 * columns, 1);
  const __m256i low3 = table_of(coefficient + 3 * columns, 0), high3 = table_of(coefficient + 3 * columns, 1);
  uint8_t *sum = task->sums + row * stride;
  for (size_t at = 0; at < stride; at += VECTOR_BYTES) {
    const struct halves x = halves_at(unit + at);
    add_product(sum + at, x, low0, high0);
    add_product(sum + stride + at, x, low1, high1);
    add_product(sum + 2 * stride + at, x, low2, high2);
    add_product(sum + 3 * stride + at, x, low3, high3);
  }
}

/* Reads whole vectors. Unit by unit: it and all sums stay in the first cache, and memory is read from one end to the other. */
static void add_unit(const struct task *task, size_t column, const uint8_t *unit) {
  size_t row = 0;
  for (; row + 4 <= task->rows; row += 4) add_to_four(task, row, column, unit);
  for (; row < task->rows; row++) add_to_one(task, row, column, unit);
}

static void add_units(const struct task *task) {
  size_t column = 0;
  size_t left = task->bytes;
  const uint8_t *unit = task->units;
  /* What follows a unit within its last vector does not matter, but has to be there. */
  for (; left >= task->stride; left -= task->unit_bytes, unit += task->unit_bytes) add_unit(task, column++, unit);
  while (left > 0) {
    const size_t taken = left < task->unit_bytes ? left : task->unit_bytes;
    uint8_t padded[MOST_UNIT_BYTES] = {0};
    memcpy(padded, unit, taken);
    add_unit(task, column++, padded);
    unit += taken;
    left -= taken;
  }
}

/* --- JavaScript's side --- */

static bool get_bytes(napi_env env, napi_value value, uint8_t **bytes, size_t *length) {
  napi_typedarray_type type = napi_int8_array;
  void *data = NULL;
  const bool is_bytes = napi_get_typedarray_info(env, value, &type, length, &data, NULL, NULL) == napi_ok &&
                        type == napi_uint8_array;
  *bytes = data;
  if (!is_bytes) napi_throw_type_error(env, NULL, "not a Uint8Array");
  return is_bytes;
}

/* Sets rows and columns; false where what was given does not go together. */
static bool measure(struct task *task, size_t sums_bytes, size_t matrix_bytes) {
  if (task->unit_bytes == 0) return false;
  task->stride = (task->unit_bytes + VECTOR_BYTES - 1) / VECTOR_BYTES * VECTOR_BYTES;
  task->rows = sums_bytes / task->stride;
  if (task->rows == 0 || task->rows > MOST_ROWS || sums_bytes != task->rows * task->stride) return false;
  task->columns = matrix_bytes / task->rows;
  if (task->columns > MOST_COLUMNS || matrix_bytes != task->rows * task->columns) return false;
  return task->bytes <= task->columns * task->unit_bytes;
}

static bool get_task(napi_env env, const napi_value *arguments, struct task *task) {
  uint8_t *matrix, *units;
  size_t sums_bytes, matrix_bytes;
  uint32_t unit_bytes;
  if (!get_bytes(env, arguments[0], &task->sums, &sums_bytes) || !get_bytes(env, arguments[1], &matrix, &matrix_bytes) ||
      !get_bytes(env, arguments[2], &units, &task->bytes) ||
      !get_number(env, arguments[3], MOST_UNIT_BYTES, &unit_bytes)) {
    return false;
  }
  task->matrix = matrix;
  task->units = units;
  task->unit_bytes = unit_bytes;
  if (measure(task, sums_bytes, matrix_bytes)) return true;
  napi_throw_type_error(env, NULL, "sums, matrix and units do not go together");
  return false;
}

static napi_value combine(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  struct task task;
  if (get_arguments(env, info, 4, arguments) && get_task(env, arguments, &task)) add_units(&task);
  return NULL;
}

napi_callback combiner(void) {
  return __builtin_cpu_supports("avx2") ? combine : NULL;
}

#else

napi_callback combiner(void) {
  return NULL;
}

#endif
