/** What every parser of this folder throws, and the only thing it throws: input that is not what PROTOCOL.md says. */
export class WireError extends Error {
  override readonly name = 'WireError';
}
