/** Three notes under one beam: all together. */
export function Logo({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true" className="logo">
      <rect width="64" height="64" rx="15" />
      <path d="M19.9 22 52.9 14.4v6.6l-33 7.6z" />
      <path d="M21.9 44V24M36.4 40.6V20.5M50.9 37.2V17" />
      <circle cx="17.5" cy="44" r="6.4" />
      <circle cx="32" cy="40.6" r="6.4" />
      <circle cx="46.5" cy="37.2" r="6.4" />
    </svg>
  );
}
