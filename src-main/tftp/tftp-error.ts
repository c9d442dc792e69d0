/** The error codes of RFC 1350 (appendix) and RFC 2347. */
export const ErrorCode = {
  /** See the message. */
  undefined: 0,
  notFound: 1,
  accessViolation: 2,
  diskFull: 3,
  illegalOperation: 4,
  unknownTransfer: 5,
  exists: 6,
  noSuchUser: 7,
  /** Option negotiation ends the transfer (RFC 2347). */
  options: 8,
} as const;

/** What every parser of this folder throws: a packet that is not what the RFCs say, and the ERROR that answers it. */
export class TftpError extends Error {
  override readonly name = 'TftpError';

  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}
