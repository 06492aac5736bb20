// The page of one model: opens what the export has put into it and draws the rest.
import { render } from "preact";
import type { PageData } from "../../src/lab/export/page-data.ts";
import { openPage } from "../shared/model.ts";
import { App } from "./app.tsx";
import "../shared/theme.ts";

const text = document.getElementById("model")!.textContent;
if (text === "") document.body.append("This page has no model in it yet: lenet export MODEL --to page");
else render(<App reader={openPage(JSON.parse(text) as PageData)} />, document.body);
