/** Read aloud when its sentence changes; say states here, never percents. */
export function LiveRegion({ sentence }: { sentence: string }) {
  return (
    <p className="hidden-visually" role="status">
      {sentence}
    </p>
  );
}
