// The square that is drawn on, with mouse, pen, finger or keyboard.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Ink } from "../../src/shape.ts";
import type { Palette } from "./palette.ts";
import { drawStrokes, type Point, SIDE, type Stroke } from "./strokes.ts";

/** What lies under the pen: a sample's pixels, or a picture. */
export type Ground =
  | { readonly kind: "sample"; readonly pixels: Ink; readonly columns: number }
  | { readonly kind: "picture"; readonly bitmap: ImageBitmap };

interface Props {
  readonly strokes: readonly Stroke[];
  readonly ground: Ground | null;
  readonly palette: Palette;
  /** Strokes as they are after a change; a ground is gone then. */
  readonly onDraw: (strokes: readonly Stroke[]) => void;
  readonly onClear: () => void;
}

/** Units that an arrow key moves the pen, and with Shift. */
const [STEP, SMALL] = [10, 2];

const arrows: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

export const Pad = ({ strokes, ground, palette, onDraw, onClear }: Props) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useRef(false);
  // Where the keyboard's pen is; null while nobody uses it.
  const [pen, setPen] = useState<(Point & { readonly down: boolean }) | null>(null);

  useLayoutEffect(() => {
    const { width } = canvas.current!;
    const context = canvas.current!.getContext("2d")!;
    context.setTransform(width / SIDE, 0, 0, width / SIDE, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    if (ground) drawGround(context, ground, palette);
    drawStrokes(context, strokes, `rgb(${palette.ink})`);
    if (pen) drawPen(context, pen, palette);
  }, [strokes, ground, palette, pen]);

  const pointOf = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width } = canvas.current!.getBoundingClientRect();
    return { x: ((clientX - left) * SIDE) / width, y: ((clientY - top) * SIDE) / width };
  };
  const goOn = (points: readonly Point[]): void =>
    onDraw([...strokes.slice(0, -1), [...(strokes.at(-1) ?? []), ...points]]);

  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    canvas.current!.setPointerCapture(event.pointerId);
    drawing.current = true;
    setPen(null);
    onDraw([...strokes, [pointOf(event)]]);
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (!drawing.current) return;
    const all = event.getCoalescedEvents();
    goOn((all.length > 0 ? all : [event]).map(pointOf));
  };
  const onPointerUp = (): void => {
    drawing.current = false;
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const arrow = arrows[event.key];
    const { x, y, down } = pen ?? { x: SIDE / 2, y: SIDE / 4, down: false };
    if (arrow) {
      const step = event.shiftKey ? SMALL : STEP;
      const to = { x: clamp(x + arrow.x * step), y: clamp(y + arrow.y * step) };
      setPen({ ...to, down });
      if (down) goOn([to]);
    } else if (event.key === " " || event.key === "Enter") {
      setPen({ x, y, down: !down });
      if (!down) onDraw([...strokes, [{ x, y }]]);
    } else if (event.key === "Backspace") onDraw(strokes.slice(0, -1));
    else if (event.key === "Delete" || event.key === "Escape") onClear();
    else return;
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: a canvas is nothing by itself; here it takes keys
    <canvas
      ref={canvas}
      id="pad"
      class="pad"
      width={2 * SIDE}
      height={2 * SIDE}
      tabIndex={0}
      role="application"
      aria-roledescription="drawing pad"
      aria-label={`Drawing pad, ${strokes.length} ${strokes.length === 1 ? "stroke" : "strokes"}${pen ? `, pen ${pen.down ? "down" : "up"}` : ""}`}
      aria-describedby="pad-help"
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerUp}
      onKeyDown={onKeyDown}
      onBlur={() => setPen(null)}
    />
  );
};

const clamp = (value: number): number => Math.min(SIDE, Math.max(0, value));

/** A cross, full where the pen is down. */
const drawPen = (
  context: CanvasRenderingContext2D,
  { x, y, down }: Point & { down: boolean },
  palette: Palette,
): void => {
  context.strokeStyle = `rgb(${palette.above})`;
  context.fillStyle = context.strokeStyle;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, 9, 0, 2 * Math.PI);
  if (down) context.fill();
  context.moveTo(x - 16, y);
  context.lineTo(x + 16, y);
  context.moveTo(x, y - 16);
  context.lineTo(x, y + 16);
  context.stroke();
};

const drawGround = (context: CanvasRenderingContext2D, ground: Ground, { ink }: Palette): void => {
  if (ground.kind === "picture") {
    const { bitmap } = ground;
    const scale = SIDE / Math.max(bitmap.width, bitmap.height);
    const [width, height] = [bitmap.width * scale, bitmap.height * scale];
    context.drawImage(bitmap, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
    return;
  }
  const { pixels, columns } = ground;
  const cell = SIDE / columns;
  for (const [i, value] of pixels.entries()) {
    context.fillStyle = `rgba(${ink},${value / 255})`;
    if (value > 0) context.fillRect((i % columns) * cell, Math.floor(i / columns) * cell, cell, cell);
  }
};
