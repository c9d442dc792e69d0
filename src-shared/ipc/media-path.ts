/** Where the window's audio player gets a received file from: its own origin, answered by the main process with ranges. */
export function mediaPath(transferId: string, file: number): string {
  return `/media/${transferId}/${file}`;
}
