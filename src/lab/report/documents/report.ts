// The report of a run: every figure in one page, what does not apply in a line each, and how the run came about.
import { join } from "node:path";
import { el, type Figure } from "../../../charts/figure.ts";
import { figureGrid, note, pageOf, paragraph, type Section, tableBox, unfold } from "../../../charts/page.ts";
import { writeAtomically } from "../../../files.ts";
import { rejectionCurve, rejectionFor } from "../../model/rejection.ts";
import { lenetVersion } from "../../run/provenance.ts";
import { summarise } from "../../summary.ts";
import { thousands } from "../../table.ts";
import { MOST_WRONG } from "../figures/answers.ts";
import { type Chapter, chapters } from "../figures/chapters.ts";
import { wilson } from "../study/statistics.ts";
import { percentText, type Study, studyOf } from "../study/study.ts";
import { openSubject, type SubjectOptions } from "../study/subject.ts";

/** What the report's file is called in a run folder. */
export const REPORT = "report.html";

export interface ReportOptions extends SubjectOptions {
  /** Where it is written; report.html in the run folder where nothing is said. */
  readonly out?: string;
  /** Without the figures that take long: at the end of a training. */
  readonly brief?: boolean;
  /** Told before each chapter: its title, how many are done of how many. */
  readonly onChapter?: (title: string, done: number, all: number) => void;
}

export interface WrittenReport {
  readonly path: string;
  readonly bytes: number;
  readonly misses: number;
  readonly images: number;
}

/** Writes the report of a run, or of any model. Throws LenetError. */
export const writeReport = async (path: string, options: ReportOptions = {}): Promise<WrittenReport> => {
  const study = studyOf(await openSubject(path, options));
  const html = reportOf(study, options);
  const out = options.out ?? join(path, REPORT);
  writeAtomically(out, html);
  return {
    path: out,
    bytes: Buffer.byteLength(html),
    misses: study.answers.wrong.length,
    images: study.set.count,
  };
};

/** The report as the text of an HTML file. */
export const reportOf = (
  study: Study,
  { brief = false, onChapter = () => {} }: Pick<ReportOptions, "brief" | "onChapter"> = {},
): string => {
  const { model, set, answers } = study;
  const total = summarise(model.net).total;
  const misses = answers.wrong.length;
  const { low, high } = wilson(misses, set.count);
  const sections = chapters.map((chapter, done): Section => {
    onChapter(chapter.title, done, chapters.length + 1);
    return sectionOf(chapter, study, brief);
  });
  onChapter("Settings", chapters.length, chapters.length + 1);
  return pageOf({
    kind: "Report of a run",
    title: model.net.title,
    lead: `${model.net.name}: ${thousands(misses)} of ${thousands(set.count)} test images of ${set.name} answered wrongly.`,
    facts: [
      {
        name: "Test error",
        value: percentText(misses / set.count),
        note: `95\u00a0% interval ${percentText(low)} to ${percentText(high)}`,
      },
      { name: "Mistakes", value: thousands(misses), note: `of ${thousands(set.count)} images` },
      ...rejectionFacts(study),
      { name: "Parameters", value: thousands(total.parameters), note: `${thousands(total.connections)} connections` },
      ...courseFacts(study),
    ],
    sections: [...sections, provenance(study)],
    foot: `Written by lenet ${lenetVersion()} from ${study.path}. Everything is in this file; nothing is loaded from elsewhere.`,
  });
};

const rejectionFacts = (study: Study) => {
  const curve = rejectionCurve(study.answers);
  return [0.01, 0.005].flatMap((rate) => {
    const point = rejectionFor(curve, rate);
    return point
      ? [
          {
            name: `Rejected for ${rate * 100} % error`,
            value: percentText(point.rejectedShare),
            note: `${thousands(point.rejected)} of ${thousands(study.set.count)} images`,
          },
        ]
      : [];
  });
};

const courseFacts = ({ metrics }: Study) => {
  if (!metrics) return [];
  const seconds = metrics.elapsedMs / 1000;
  const time =
    seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return [{ name: "Epochs", value: `${metrics.epochs}`, note: `in ${time}` }];
};

const sectionOf = ({ id, title, figures }: Chapter, study: Study, brief: boolean): Section => {
  const fitting = figures.filter(({ committee }) => !committee || study.model.members);
  const left = brief ? fitting.filter(({ slow }) => slow) : [];
  const made = fitting.filter((maker) => !left.includes(maker)).map((maker) => maker.make(study));
  const drawn = made.filter((one): one is Figure => typeof one !== "string");
  const notes = made.filter((one) => typeof one === "string");
  if (left.length > 0)
    notes.push(
      `Left out here, as they take some seconds: ${left.map(({ about }) => about).join("; ")}. To see them: lenet report ${study.path}`,
    );
  return { id, title, parts: [figureGrid(drawn, MOST_WRONG), ...[...new Set(notes)].map(note)] };
};

const provenance = ({ config, model, set, path }: Study): Section => {
  const lines = summarise(model.net).lines;
  const layers = {
    columns: ["layer", "what it is", "parameters", "connections", "multiply-adds"],
    rows: lines.map((line) => [line.name, line.what, line.parameters, line.connections, line.multiplyAdds]),
  };
  const data = {
    columns: ["part", "images", "sha256 of the images", "sha256 of the labels"],
    rows: [[`${set.name}, test`, set.count, set.sha256.images, set.sha256.labels]],
  };
  const settings =
    config ?? (model.metadata["settings"] ? { settings: JSON.parse(model.metadata["settings"]!) } : null);
  return {
    id: "provenance",
    title: "Settings and provenance",
    parts: [
      el("h3", null, "Layers"),
      tableBox("Layers of the net", layers),
      el("h3", null, "Data"),
      tableBox("Data and hashes", data),
      ...(settings
        ? [
            el("h3", null, "Settings"),
            paragraph("As the run folder keeps them: everything that is needed to repeat the run, bit for bit."),
            unfold("config.json", el("pre", { tabindex: 0 }, el("code", null, JSON.stringify(settings, null, 2)))),
          ]
        : [note(`${path} is no run folder: it keeps no settings.`)]),
    ],
  };
};
