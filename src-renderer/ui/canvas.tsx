import { useEffect, useRef } from 'react';
import { type ColourScheme, useColourScheme } from './colour-scheme';

/** The place to draw on, in device pixels, and whose colours apply. */
export interface Surface {
  readonly width: number;
  readonly height: number;
  readonly scheme: ColourScheme;
}

export type Draw = (context: CanvasRenderingContext2D, surface: Surface) => void;

/**
 * A canvas that fills its place and draws in the next animation frame after `draw` changes, its size changes or it
 * comes into sight; out of sight it draws nothing. Give `draw` a stable identity while the picture is the same.
 */
export function Canvas({ draw, className }: { draw: Draw; className: string }) {
  const ref = useRef<HTMLCanvasElement>(null);
  const painter = useRef<Painter>(undefined);
  const scheme = useColourScheme();

  useEffect(() => {
    if (ref.current === null) return;
    const mine = new Painter(ref.current);
    painter.current = mine;
    return () => mine.stop();
  }, []);

  useEffect(() => painter.current?.paint(draw, scheme), [draw, scheme]);

  return <canvas ref={ref} className={className} />;
}

class Painter {
  readonly #canvas: HTMLCanvasElement;
  readonly #sizes = new ResizeObserver(() => this.#request());
  readonly #sight = new IntersectionObserver(([entry]) => this.#onSight(entry?.isIntersecting ?? false));
  #draw: Draw | undefined;
  #scheme: ColourScheme = 'light';
  #frame = 0;
  #visible = false;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#sizes.observe(canvas);
    this.#sight.observe(canvas);
  }

  paint(draw: Draw, scheme: ColourScheme): void {
    this.#draw = draw;
    this.#scheme = scheme;
    this.#request();
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#sizes.disconnect();
    this.#sight.disconnect();
  }

  #onSight(visible: boolean): void {
    this.#visible = visible;
    this.#request();
  }

  #request(): void {
    if (this.#frame !== 0 || !this.#visible) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paintNow();
    });
  }

  #paintNow(): void {
    const width = Math.round(this.#canvas.clientWidth * devicePixelRatio);
    const height = Math.round(this.#canvas.clientHeight * devicePixelRatio);
    const context = this.#canvas.getContext('2d');
    if (context === null || width === 0 || height === 0) return;
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    context.clearRect(0, 0, width, height);
    this.#draw?.(context, { width, height, scheme: this.#scheme });
  }
}
