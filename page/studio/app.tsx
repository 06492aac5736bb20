// A net that learns while you watch: curves, kernels, and every layer's answer to what you draw.
import { useEffect, useState } from "preact/hooks";
import { thousands } from "../../src/lab/table.ts";
import { netNamed } from "../../src/nets/index.ts";
import { usePalette } from "../shared/palette.ts";
import { Reading } from "../shared/reading.tsx";
import { Controls } from "./controls.tsx";
import { Curves } from "./curves.tsx";
import { addressOf, type Job, jobOf } from "./job.ts";
import { Kernels } from "./kernels.tsx";
import { type Training, useTraining } from "./training.ts";

export const App = () => {
  const [job, setJob] = useState(() => jobOf(location.search));
  const { training, pause } = useTraining(job);
  const palette = usePalette();
  const { phase, reader, learned, trouble } = training;
  useEffect(() => {
    const back = (): void => setJob(jobOf(location.search));
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);
  const begin = (wanted: Job): void => {
    history.pushState(null, "", addressOf(wanted));
    setJob(wanted);
  };
  return (
    <>
      <header>
        <p class="kind">LeNet studio</p>
        <h1>{titleOf(job)}</h1>
        <p class="lead">{leadOf(training)}</p>
      </header>
      <main>
        <section aria-label="Training">
          <Controls key={addressOf(job)} job={job} onJob={begin} />
          {trouble ? (
            <p class="trouble" role="alert">
              {trouble}
            </p>
          ) : null}
          <div class="tools">
            <button
              type="button"
              disabled={phase !== "learning" && phase !== "paused"}
              onClick={() => pause(phase === "learning")}
            >
              {phase === "paused" ? "Go on" : "Pause"}
            </button>
            <p class="phase" role="status">
              {phaseOf(training)}
            </p>
          </div>
          <Facts {...{ training }} />
          <Curves begun={training.begun} losses={training.losses} epochs={training.epochs} />
        </section>
        {reader ? (
          <>
            <Kernels {...{ reader, palette, learned }} />
            <Reading key={reader.data.net.name} {...{ reader, learned }} />
          </>
        ) : null}
      </main>
      <footer>
        <p>The address of this page says what is learned: keep it, and the same weights come out again, bit for bit.</p>
      </footer>
    </>
  );
};

/** The net's title; its name where there is no such net, which the training will say. */
const titleOf = ({ net }: Job): string => {
  try {
    return netNamed(net).title;
  } catch {
    return net;
  }
};

const leadOf = ({ phase, begun, reader }: Training): string => {
  if (!begun || !reader) return phase === "failed" ? "Nothing was learned." : "Fetching the images …";
  const { counts, data, threads } = begun;
  const { parameters } = reader.summary.total;
  return `${thousands(parameters)} numbers learn from ${thousands(counts.train)} images of ${data}, on ${threads} ${threads === 1 ? "thread" : "threads"} of this machine. Draw at any time.`;
};

/** Said aloud, so it changes seldom. */
const phaseOf = ({ phase, epochs, begun, test }: Training): string => {
  if (phase === "loading") return "Loading …";
  if (phase === "failed") return "Stopped.";
  if (phase === "done" && test)
    return `Done. Test images: ${percent(test.accuracy)} read right, ${thousands(test.misses)} of ${thousands(test.images)} missed.`;
  const now = `epoch ${Math.min(epochs.length + 1, begun!.epochs)} of ${begun!.epochs}`;
  return phase === "paused" ? `Paused in ${now}.` : `Learning, ${now}.`;
};

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

const Facts = ({ training: { progress, epochs, begun } }: { readonly training: Training }) => {
  const validated = epochs.at(-1)?.validation;
  const facts = [
    ["Epoch", progress && begun ? (progress.epoch - 1 + progress.step / progress.steps).toFixed(1) : "–"],
    ["Loss", progress ? progress.loss.toPrecision(3) : "–"],
    ["Right in training", progress ? percent(progress.accuracy) : "–"],
    ["Right in validation", validated ? percent(validated.accuracy) : "–"],
    ["Images a second", progress ? thousands(Math.round(progress.imagesPerSecond)) : "–"],
    ["Time left", progress ? `${Math.ceil(progress.remainingMs / 1000)} s` : "–"],
  ] as const;
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
};
