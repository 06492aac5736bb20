// Every figure of a run by name, in the order of the report. A figure is made of a study, or says in a line why there is none.
import type { Figure } from "../../../charts/figure.ts";
import { inputAddress, type Study } from "../study/study.ts";
import { warps } from "../study/warps.ts";
import * as answers from "./answers.ts";
import { architectureFigure } from "./architecture.ts";
import { membersFigure } from "./committee.ts";
import * as course from "./course.ts";
import * as inside from "./inside.ts";
import { idOf, importanceFigure, robustnessFigure } from "./stress.ts";
import { gradientsOverTimeFigure, weightsOverTimeFigure } from "./tensors.ts";

export interface FigureMaker {
  readonly name: string;
  readonly about: string;
  /** Takes more than half a second: left out of the report that ends a training. */
  readonly slow?: true;
  /** Only of a committee: of other nets the report does not speak of it. */
  readonly committee?: true;
  make(study: Study): Figure | string;
}

/** A part of the report. */
export interface Chapter {
  readonly id: string;
  readonly title: string;
  readonly figures: readonly FigureMaker[];
}

const figure = (name: string, about: string, make: FigureMaker["make"]): FigureMaker => ({ name, about, make });

const slow = (...words: Parameters<typeof figure>): FigureMaker => ({ ...figure(...words), slow: true });

/** The one figure that needs no model, only a net. */
export const ARCHITECTURE = "architecture";

export const chapters: readonly Chapter[] = [
  {
    id: "training",
    title: "Training",
    figures: [
      figure("loss", "loss epoch by epoch", course.lossFigure),
      figure("accuracy", "error epoch by epoch", course.accuracyFigure),
      figure("steps", "loss step by step", course.stepsFigure),
      figure("rate", "learning rate step by step", course.rateFigure),
      figure("weights-over-time", "weights layer by layer, epoch by epoch", weightsOverTimeFigure),
      figure("gradients-over-time", "gradients layer by layer, epoch by epoch", gradientsOverTimeFigure),
    ],
  },
  {
    id: "answers",
    title: "Answers",
    figures: [
      { ...figure("members", "the members of a committee, alone and together", membersFigure), committee: true },
      figure("classes", "error, precision, recall and F1 of each class", answers.classesFigure),
      figure("pairs", "which classes are confused most", answers.pairsFigure),
      figure("confusion", "the confusion matrix, counts", answers.confusionFigure),
      figure("confusion-rows", "the same as shares of the labels", answers.confusionRowsFigure),
      figure("confusion-columns", "the same as shares of the answers", answers.confusionColumnsFigure),
    ],
  },
  {
    id: "mistakes",
    title: "Mistakes",
    figures: [
      figure("surest", "the wrong answers that were surest", answers.surestFigure),
      figure("wrong", "every wrong answer, with all outputs", answers.wrongFigure),
    ],
  },
  {
    id: "confidence",
    title: "Confidence",
    figures: [
      figure("rejection", "error against share rejected, beside the papers'", answers.rejectionFigure),
      figure("reliability", "how often right, by how sure", answers.reliabilityFigure),
    ],
  },
  {
    id: "weights-and-maps",
    title: "Inside the net",
    figures: [
      figure(ARCHITECTURE, "the net as Fig. 2 of 1998 draws LeNet-5; the name of a net will do", (study) =>
        architectureFigure(study.model.net, inputAddress(study)),
      ),
      figure("kernels", "the kernels of the first layer", inside.kernelsFigure),
      figure("connections", "how strongly maps are joined", inside.connectionsFigure),
      figure("codes", "the last hidden layer beside the codes of the classes", inside.codesFigure),
      figure("weights", "size of the weights, layer by layer", inside.weightsFigure),
      ...[1, 2, 3, 4, 5].map((number) =>
        figure(`maps-${number}`, `what every layer says about chosen image ${number}`, inside.mapsFigureOf(number - 1)),
      ),
      slow("embedding", "the last hidden layer as a plane: PCA, then UMAP", inside.embeddingFigure),
    ],
  },
  {
    id: "stress",
    title: "Under stress",
    figures: [
      slow("importance", "saliency and occlusion of chosen images", importanceFigure),
      ...warps.map((warp) =>
        slow(idOf(warp), `error when images are spoilt: ${warp.name}`, (study) => robustnessFigure(study, warp)),
      ),
    ],
  },
];

export const figureMakers: readonly FigureMaker[] = chapters.flatMap(({ figures }) => figures);
