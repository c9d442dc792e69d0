import { Volume1, Volume2, VolumeX } from 'lucide-react';
import { Slider, SliderThumb, SliderTrack } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../ui/button';
import { setLevel, toggleMuted, usePlayer } from './player';

/** Loudness of the player alone: the system has its own besides. */
export function Volume() {
  const { t } = useTranslation('receive');
  const level = usePlayer(({ level }) => level);
  const muted = usePlayer(({ muted }) => muted);
  const icon = muted || level === 0 ? VolumeX : level < 0.5 ? Volume1 : Volume2;
  return (
    <div className="volume">
      <IconButton icon={icon} label={t(muted ? 'player.unmute' : 'player.mute')} onPress={toggleMuted} />
      <Slider
        className="volume-slider"
        aria-label={t('player.volume')}
        minValue={0}
        maxValue={1}
        step={0.05}
        value={muted ? 0 : level}
        onChange={setLevel}
        formatOptions={{ style: 'percent' }}
      >
        <SliderTrack className="volume-track">
          <span className="volume-fill" style={{ '--share': muted ? 0 : level }} />
          <SliderThumb className="volume-thumb" />
        </SliderTrack>
      </Slider>
    </div>
  );
}
