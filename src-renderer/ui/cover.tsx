import { Music } from 'lucide-react';
import { useState } from 'react';

/** A piece's cover, or a note where there is none that can be shown. */
export function Cover({ image, size }: { image: string | undefined; size: 'small' | 'large' }) {
  const [broken, setBroken] = useState<string>();
  // The thumbnail comes from the network: only a data: image is shown, whatever else the text says.
  const isShown = image?.startsWith('data:image/') && image !== broken;
  return (
    <span className={`cover cover-${size}`}>
      {isShown ? <img src={image} alt="" onError={() => setBroken(image)} /> : <Music aria-hidden="true" />}
    </span>
  );
}
