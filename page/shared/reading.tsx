// Draw, choose or load a digit, see the answer beside it and every layer below.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Bars, Seen, sentence, Verdict } from "./answer.tsx";
import { Layers } from "./layers.tsx";
import type { Answer, Reader } from "./model.ts";
import { type Ground, Pad } from "./pad.tsx";
import { usePalette } from "./palette.ts";
import { Samples } from "./samples.tsx";
import { pictureFrom, pictureOf, type Stroke } from "./strokes.ts";

/** What was read last, and what it was read from. */
interface Shown {
  readonly answer: Answer | null;
  readonly ground: Ground | null;
  readonly sample: number | null;
  readonly trouble: string;
}

const nothing: Shown = { answer: null, ground: null, sample: null, trouble: "" };

/** The answer is spoken when it has not changed for so long. */
const SPOKEN_MS = 700;

const words = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

interface Props {
  readonly reader: Reader;
  /** Another number when the net's weights have changed: then what was read is read again. */
  readonly learned?: number;
}

export const Reading = ({ reader, learned = 0 }: Props) => {
  const palette = usePalette();
  const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
  const [reading, setReading] = useState<Shown>(nothing);
  const [spoken, setSpoken] = useState("");
  const { answer, ground, sample, trouble } = reading;

  const clear = (): void => {
    setStrokes([]);
    setReading(nothing);
  };
  const draw = (drawn: readonly Stroke[]): void => (drawn.length === 0 ? clear() : setStrokes(drawn));
  const choose = (index: number): void => {
    const { pixels } = reader.samples[index]!;
    const { columns } = reader.data.net.image;
    setStrokes([]);
    setReading({ ...nothing, answer: reader.read(pixels), ground: { kind: "sample", pixels, columns }, sample: index });
  };
  const open = async (file: File): Promise<void> => {
    setStrokes([]);
    try {
      const picture = await pictureFrom(file, file.name);
      const bitmap: Ground = { kind: "picture", bitmap: await createImageBitmap(file) };
      setReading({ ...nothing, ground: bitmap });
      setReading({ ...nothing, ground: bitmap, answer: reader.readPicture(picture) });
    } catch (thrown) {
      setReading((before) => ({ ...nothing, ground: before.ground, trouble: words(thrown) }));
    }
  };

  // The first sample is there when the page opens, and only then.
  useEffect(() => {
    if (reader.samples.length > 0) choose(0);
  }, []);

  // Once a frame at most, however often a pointer moves; a layout effect, so that no frame is read after it was cleared away.
  useLayoutEffect(() => {
    if (strokes.length === 0) return;
    const frame = requestAnimationFrame(() => {
      try {
        setReading({ ...nothing, answer: reader.readPicture(pictureOf(strokes)) });
      } catch (thrown) {
        setReading({ ...nothing, trouble: words(thrown) });
      }
    });
    return () => cancelAnimationFrame(frame);
  }, [strokes, reader]);

  useEffect(() => {
    const timer = setTimeout(() => setSpoken(trouble || sentence({ reader, answer })), SPOKEN_MS);
    return () => clearTimeout(timer);
  }, [answer, trouble, reader]);

  // The same image, by a net that has learned since.
  useEffect(() => {
    if (learned > 0)
      setReading((before) => (before.answer ? { ...before, answer: reader.read(before.answer.pixels) } : before));
  }, [learned, reader]);

  const shown = strokes.length > 0 ? null : ground;
  const { rows, columns } = reader.data.net.image;
  return (
    <>
      <section class="read" aria-label="Draw and read">
        <div class="draw">
          <h2>Draw</h2>
          <div class="frame">
            <Pad {...{ strokes, palette }} ground={shown} onDraw={draw} onClear={clear} />
            {strokes.length > 0 || shown ? null : <p class="hint">Draw here</p>}
          </div>
          <div class="tools">
            <button type="button" onClick={() => draw(strokes.slice(0, -1))} disabled={strokes.length === 0}>
              Undo
            </button>
            <button type="button" onClick={clear}>
              Clear
            </button>
            <Picture onPicture={open} />
          </div>
          <p class="help" id="pad-help">
            With the keyboard: arrows move the pen, <kbd>Space</kbd> sets it down and lifts it, <kbd>Backspace</kbd>{" "}
            takes a stroke back, <kbd>Esc</kbd> clears.
          </p>
        </div>
        <div class="seen">
          <h2>The net sees</h2>
          <div>
            <Seen {...{ reader, answer, palette }} />
            <p class="help">
              {rows}×{columns} pixels, sized and centred as its training images were
            </p>
          </div>
          <Verdict {...{ reader, answer }} />
          <p class="trouble">{trouble}</p>
        </div>
        <div class="answer">
          <h2>It answers</h2>
          <Bars {...{ reader, answer }} />
        </div>
      </section>
      {reader.samples.length > 0 ? <Samples {...{ reader, palette, sample }} onChoose={choose} /> : null}
      <section aria-labelledby="inside">
        <h2 id="inside">Inside the net</h2>
        <p class="help">
          <span class="key above" aria-hidden="true" /> above zero, <span class="key below" aria-hidden="true" /> below,
          each layer on its own scale.{reader.data.net.committee ? " Of the committee, the first member." : ""}
        </p>
        <Layers {...{ reader, answer, palette }} />
      </section>
      <p class="hidden" role="status">
        {spoken}
      </p>
    </>
  );
};

/** A button that opens a picture; a picture may also be dropped on the page, or pasted. */
const Picture = ({ onPicture }: { readonly onPicture: (file: File) => void }) => {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const take = (files: FileList | undefined): void => {
      const file = files?.[0];
      if (file) onPicture(file);
    };
    const stop = (event: Event): void => event.preventDefault();
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      take(event.dataTransfer?.files);
    };
    const paste = (event: ClipboardEvent): void => take(event.clipboardData?.files);
    addEventListener("dragover", stop);
    addEventListener("drop", drop);
    addEventListener("paste", paste);
    return () => {
      removeEventListener("dragover", stop);
      removeEventListener("drop", drop);
      removeEventListener("paste", paste);
    };
  });
  return (
    <label class="button">
      Open a picture…
      <input
        ref={input}
        class="hidden"
        type="file"
        accept="image/*"
        onChange={() => {
          const file = input.current!.files?.[0];
          if (file) onPicture(file);
          input.current!.value = "";
        }}
      />
    </label>
  );
};
