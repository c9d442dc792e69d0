import {
  finished,
  loaded,
  next,
  openQueue,
  type PlayerQueue,
  pause,
  play,
  positionAt,
  previous,
  type Sound,
  seek,
  skipped,
  type Voice,
  wantedTracks,
} from './player-queue';
import type { PlayerTrack } from './player-track';
import { type LoadedSound, loadSound, release, UnplayableError } from './sound-loader';

/** Within the first seconds of a piece "previous" goes to the piece before it. */
const RESTART_SECONDS = 3;
/** A change of volume without a click. */
const VOLUME_SECONDS = 0.015;

/** Ends a voice. */
type Silence = () => void;

/**
 * Plays a queue: sees to it that what the queue wants in memory is loaded, and that its voices, and nothing else,
 * sound at their times. Web Audio starts a decoded piece on an exact frame; long ones play from a media element.
 */
export class AudioPlayer {
  readonly #context = new AudioContext();
  readonly #volume = this.#context.createGain();
  readonly #tracks: readonly PlayerTrack[];
  readonly #onChange: () => void;
  readonly #sounds = new Map<number, LoadedSound>();
  readonly #loading = new Map<number, AbortController>();
  readonly #playing = new Map<Voice, Silence>();
  #queue: PlayerQueue;
  #level: number;

  /** Begins with the track `first`; `onChange` is called after every change but that of the position. */
  constructor(tracks: readonly PlayerTrack[], first: number, level: number, onChange: () => void) {
    this.#tracks = tracks;
    this.#onChange = onChange;
    this.#level = level;
    this.#queue = openQueue(tracks.length, first);
    this.#volume.gain.value = level;
    this.#volume.connect(this.#context.destination);
    this.#follow();
  }

  get queue(): PlayerQueue {
    return this.#queue;
  }

  /** The current piece's picture, once it is decoded. */
  get peaks(): Float32Array | undefined {
    const sound = this.#sounds.get(this.#queue.current);
    return sound?.kind === 'decoded' ? sound.peaks : undefined;
  }

  /** Seconds of the current piece; undefined until it is loaded. */
  get seconds(): number | undefined {
    const length = this.#queue.sounds.get(this.#queue.current)?.length;
    return length === undefined ? undefined : length / this.#context.sampleRate;
  }

  /** Seconds into the current piece. */
  get position(): number {
    return this.#frames() / this.#context.sampleRate;
  }

  play(): void {
    this.#change(play(this.#queue, this.#now()));
  }

  pause(): void {
    this.#change(pause(this.#queue, this.#frames()));
  }

  /** Goes on from so many seconds into the piece. */
  seek(seconds: number): void {
    this.#change(seek(this.#queue, seconds * this.#context.sampleRate, this.#now()));
  }

  /** To the next piece; after the last one the set is over. */
  next(): void {
    this.#change(next(this.#queue, this.#now()));
  }

  /** Back to the start of the piece, or, at its start, to the piece before. */
  previous(): void {
    this.#change(
      this.position > RESTART_SECONDS ? seek(this.#queue, 0, this.#now()) : previous(this.#queue, this.#now()),
    );
  }

  /** 0…1. */
  setLevel(level: number): void {
    this.#level = level;
    this.#volume.gain.setTargetAtTime(level, this.#context.currentTime, VOLUME_SECONDS);
    for (const element of this.#elements()) element.volume = level;
  }

  /** Silences everything and lets go of the files; the player is not used after it. */
  close(): void {
    for (const loading of this.#loading.values()) loading.abort();
    for (const silence of this.#playing.values()) silence();
    for (const element of this.#elements()) release(element);
    void this.#context.close();
  }

  #change(queue: PlayerQueue): void {
    this.#queue = queue;
    this.#follow();
    this.#onChange();
  }

  /** Makes memory and sound follow the queue. */
  #follow(): void {
    this.#followWanted();
    this.#followVoices();
    // A running context keeps the sound card, and on some systems the machine, awake.
    void (this.#queue.playing ? this.#context.resume() : this.#context.suspend());
  }

  #followWanted(): void {
    const wanted = wantedTracks(this.#queue);
    for (const [track, loading] of this.#loading) {
      if (wanted.includes(track)) continue;
      loading.abort();
      this.#loading.delete(track);
    }
    for (const track of this.#sounds.keys()) if (!wanted.includes(track)) this.#drop(track);
    for (const track of wanted) if (!this.#sounds.has(track) && !this.#loading.has(track)) void this.#load(track);
  }

  #drop(track: number): void {
    const sound = this.#sounds.get(track);
    if (sound?.kind === 'streamed') release(sound.element);
    this.#sounds.delete(track);
  }

  async #load(index: number): Promise<void> {
    const track = this.#tracks[index];
    if (track === undefined) return;
    const loading = new AbortController();
    this.#loading.set(index, loading);
    try {
      const sound = await loadSound(this.#context, track, loading.signal);
      if (!loading.signal.aborted) this.#onLoaded(index, sound);
    } catch (error) {
      if (loading.signal.aborted) return;
      this.#loading.delete(index);
      const trouble = error instanceof UnplayableError ? error.trouble : 'unreadable';
      this.#change(skipped(this.#queue, index, trouble, this.#now()));
    }
  }

  #onLoaded(index: number, loadedSound: LoadedSound): void {
    this.#loading.delete(index);
    this.#sounds.set(index, loadedSound);
    if (loadedSound.kind === 'streamed') {
      loadedSound.element.volume = this.#level;
      loadedSound.element.addEventListener('error', () => this.#onBroken(index));
    }
    this.#change(loaded(this.#queue, index, this.#soundOf(loadedSound), this.#now()));
  }

  /** A streamed file that vanishes while it plays. */
  #onBroken(index: number): void {
    if (this.#sounds.has(index)) this.#change(skipped(this.#queue, index, 'unreadable', this.#now()));
  }

  #soundOf(sound: LoadedSound): Sound {
    if (sound.kind === 'decoded') return { length: sound.buffer.length, streamed: false };
    return { length: Math.round(sound.element.duration * this.#context.sampleRate), streamed: true };
  }

  #followVoices(): void {
    const { voices } = this.#queue;
    for (const [voice, silence] of this.#playing) {
      if (voices.includes(voice)) continue;
      silence();
      this.#playing.delete(voice);
    }
    for (const voice of voices) if (!this.#playing.has(voice)) this.#start(voice);
  }

  #start(voice: Voice): void {
    const sound = this.#sounds.get(voice.track);
    if (sound === undefined) return;
    const { kind } = sound;
    this.#playing.set(
      voice,
      kind === 'decoded' ? this.#decoded(sound.buffer, voice) : this.#streamed(sound.element, voice),
    );
  }

  #decoded(buffer: AudioBuffer, { track, start, from }: Voice): Silence {
    const { sampleRate } = this.#context;
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    source.connect(this.#volume);
    source.onended = () => this.#onEnded(track);
    source.start(start / sampleRate, from / sampleRate);
    return () => {
      source.onended = null;
      source.stop();
      source.disconnect();
    };
  }

  #streamed(element: HTMLAudioElement, voice: Voice): Silence {
    element.currentTime = voice.from / this.#context.sampleRate;
    element.onended = () => this.#onEnded(voice.track);
    // A start is refused, too, if the person pauses before it: that is no trouble of the file.
    element.play().catch(() => this.#playing.has(voice) && this.#onBroken(voice.track));
    return () => {
      element.onended = null;
      element.pause();
    };
  }

  #onEnded(track: number): void {
    this.#change(finished(this.#queue, track, this.#now()));
  }

  /** The audio clock, in whole frames. */
  #now(): number {
    return Math.ceil(this.#context.currentTime * this.#context.sampleRate);
  }

  #elements(): HTMLAudioElement[] {
    return [...this.#sounds.values()].flatMap((sound) => (sound.kind === 'streamed' ? sound.element : []));
  }

  /** Frames into the current piece. */
  #frames(): number {
    const sound = this.#sounds.get(this.#queue.current);
    // A stream has a clock of its own: it may have to wait for its file.
    if (sound?.kind === 'streamed' && this.#queue.voices.length > 0) {
      return Math.round(sound.element.currentTime * this.#context.sampleRate);
    }
    return positionAt(this.#queue, this.#now());
  }
}
