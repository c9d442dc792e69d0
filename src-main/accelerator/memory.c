/*
 * Pages that glibc gives back are fetched again a moment later: each chunk is encrypted into new memory, and collected garbage
 * is freed by the megabyte. Per 64 KB these page faults take more time than the encryption itself.
 */

#include "memory.h"

#include <stdlib.h>

#if defined(__GLIBC__)
#include <malloc.h>

enum {
  /* What may lie idle: as much as V8 lets buffers grow before it collects. */
  KEPT_BYTES = 64 * 1024 * 1024,
  /* Larger pieces are rare, and go back at once. */
  LARGEST_KEPT_BYTES = 1024 * 1024,
};

void keep_freed_memory(void) {
  (void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
  (void)mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT_BYTES);
}
#else
void keep_freed_memory(void) {}
#endif
