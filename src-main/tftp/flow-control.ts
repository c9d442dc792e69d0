/** The flow control techniques that RFC 2090 does not define (docs/mission.md, C2 to C6), each of which can be switched off. */
export interface FlowControl {
  /** C2: collect clients before the first block. */
  readonly delayedStart: boolean;
  /** C3: a request for a file that a session is already sending joins that session. */
  readonly joining: boolean;
  /** C4: block size, window and timeout follow the resources. */
  readonly quality: boolean;
  /** C5: the packet rate is reduced when clients lose packets. */
  readonly rate: boolean;
  /** C6: an unexpected packet makes the server send its last packet again. */
  readonly lastPacket: boolean;
}

export const ALL_FLOW_CONTROL: FlowControl = {
  delayedStart: true,
  joining: true,
  quality: true,
  rate: true,
  lastPacket: true,
};
