import { Music } from 'lucide-react';

/** A piece's cover, or a note where there is none. */
export function Cover({ image, size }: { image: string | undefined; size: 'small' | 'large' }) {
  return (
    <span className={`cover cover-${size}`}>
      {/* The thumbnail comes from the network: only a data: image is shown, whatever else the text says. */}
      {image?.startsWith('data:image/') ? <img src={image} alt="" /> : <Music aria-hidden="true" />}
    </span>
  );
}
