#ifndef TUTTI_MEMORY_H
#define TUTTI_MEMORY_H

/* Has the C library keep freed memory for what is allocated next. */
void keep_freed_memory(void);

#endif
