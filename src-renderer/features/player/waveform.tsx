import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import WaveSurfer from 'wavesurfer.js';
import { useColourScheme } from '../../ui/colour-scheme';
import { clockTime } from './clock-time';

interface Props {
  /** Undefined while the piece loads, and for one that streams: a plain line then. */
  readonly peaks: Float32Array | undefined;
  /** Seconds; undefined until it is known. */
  readonly seconds: number | undefined;
  readonly position: number;
  onSeek(seconds: number): void;
}

const HEIGHT_PIXELS = 36;
const STEP_SECONDS = 5;
const PAGE_SECONDS = 30;

/** The piece as a picture, and the place in it: a slider by pointer and by keyboard. */
export function Waveform({ peaks, seconds = 0, position, onSeek }: Props) {
  const { t } = useTranslation('receive');
  const canvas = useWaveSurfer(peaks, seconds, position);
  const at = Math.min(position, seconds);
  return (
    <div
      className="waveform"
      role="slider"
      tabIndex={0}
      aria-label={t('player.position')}
      aria-valuemin={0}
      aria-valuemax={Math.floor(seconds)}
      aria-valuenow={Math.floor(at)}
      aria-valuetext={t('player.at', { position: clockTime(at), length: clockTime(seconds) })}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        onSeek(secondsUnder(event, seconds));
      }}
      onPointerMove={(event) => event.buttons === 1 && onSeek(secondsUnder(event, seconds))}
      onKeyDown={(event) => {
        const target = keyTarget(event, at, seconds);
        if (target === undefined) return;
        event.preventDefault();
        onSeek(target);
      }}
    >
      <div ref={canvas} className="waveform-picture" />
    </div>
  );
}

/** The picture alone: wavesurfer.js draws given peaks and plays nothing. */
function useWaveSurfer(peaks: Float32Array | undefined, seconds: number, position: number) {
  const place = useRef<HTMLDivElement>(null);
  const [surfer, setSurfer] = useState<WaveSurfer>();
  const scheme = useColourScheme();

  useEffect(() => {
    if (place.current === null) return;
    const mine = WaveSurfer.create({
      container: place.current,
      height: HEIGHT_PIXELS,
      barWidth: 2,
      barGap: 1,
      barRadius: 1,
      barMinHeight: 1,
      cursorWidth: 0,
      normalize: true,
      interact: false,
      hideScrollbar: true,
      cspNonce: styleNonce(),
    });
    setSurfer(mine);
    return () => mine.destroy();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours of the style sheet follow the scheme
  useEffect(() => {
    if (place.current === null) return;
    const style = getComputedStyle(place.current);
    surfer?.setOptions({
      waveColor: style.getPropertyValue('--line-strong'),
      progressColor: style.getPropertyValue('--accent'),
    });
  }, [surfer, scheme]);

  useEffect(() => {
    if (seconds > 0) surfer?.load('', [peaks ?? [0]], seconds).catch(() => undefined);
  }, [surfer, peaks, seconds]);

  useEffect(() => {
    if (surfer !== undefined && surfer.getDuration() > 0) surfer.setTime(position);
  }, [surfer, position]);

  return place;
}

/** The nonce by which the page's policy lets wavesurfer's own style element through. */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.content ?? '';
}

function secondsUnder({ currentTarget, clientX }: PointerEvent<HTMLElement>, seconds: number): number {
  const { left, width } = currentTarget.getBoundingClientRect();
  return Math.max(0, Math.min(1, (clientX - left) / width)) * seconds;
}

function keyTarget({ key, ctrlKey, metaKey }: KeyboardEvent, at: number, seconds: number): number | undefined {
  if (ctrlKey || metaKey) return undefined;
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return at - STEP_SECONDS;
    case 'ArrowRight':
    case 'ArrowUp':
      return at + STEP_SECONDS;
    case 'PageDown':
      return at - PAGE_SECONDS;
    case 'PageUp':
      return at + PAGE_SECONDS;
    case 'Home':
      return 0;
    case 'End':
      return seconds;
    default:
      return undefined;
  }
}
