/** From one machine to another over TLS; ms. */
export const TLS_MS = 2;

/** Until what a disk is given is durable; ms. */
export const STORE_MS = 8;

/** Until a program that was killed is back; ms. */
export const RESTART_MS = 300;
