import { messageOf } from '../../src-shared/text/message-of';
import { plainText } from '../../src-shared/text/plain-text';
import { MAX_PEER_NAME_CHARS, MAX_REASON_CHARS } from '../../src-shared/wire/limits';

/** What went wrong, as a peer accepts it. */
export function reasonOf(error: unknown): string {
  return messageOf(error).slice(0, MAX_REASON_CHARS);
}

/** A name that a person or a system chose, as a peer accepts it: the protocol counts UTF-16 units, people count characters. */
export function peerNameOf(text: string): string {
  const name = plainText(text, MAX_PEER_NAME_CHARS);
  return name.length <= MAX_PEER_NAME_CHARS ? name : plainText(text, MAX_PEER_NAME_CHARS / 2);
}
