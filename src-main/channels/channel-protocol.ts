import {
  type HostMessage,
  type MemberMessage,
  parseHostMessage,
  parseMemberMessage,
} from '../../src-shared/wire/channel-messages';
import type { ControlConnection } from '../transport/control-connection';
import type { ControlProtocol } from '../transport/control-protocol';

const ALPN = 'tutti-channel/1';

/** Channels, at the door of a publisher or an archive (PROTOCOL.md section 15). */
export const CHANNEL_DOOR: ControlProtocol<HostMessage, MemberMessage> = { alpn: ALPN, parse: parseMemberMessage };

/** Channels, from a member's side. */
export const CHANNEL_VISIT: ControlProtocol<MemberMessage, HostMessage> = { alpn: ALPN, parse: parseHostMessage };

/** A door's connection to a member. */
export type MemberConnection = ControlConnection<HostMessage, MemberMessage>;
/** A member's connection to a publisher or an archive. */
export type HostConnection = ControlConnection<MemberMessage, HostMessage>;
