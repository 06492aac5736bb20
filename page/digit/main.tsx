// The page of one model: opens what the export has put into it and draws the rest.
import { render } from "preact";
import { variables } from "../../src/charts/theme.ts";
import type { PageData } from "../../src/lab/export/page-data.ts";
import { App } from "./app.tsx";
import { openReader } from "./model.ts";
import "./style.css";

const theme = document.createElement("style");
theme.textContent = `:root{${variables("light")}}@media (prefers-color-scheme:dark){:root{${variables("dark")}}}`;
document.head.append(theme);

const text = document.getElementById("model")!.textContent;
if (text === "") document.body.append("This page has no model in it yet: lenet export MODEL --to page");
else render(<App reader={openReader(JSON.parse(text) as PageData)} />, document.body);
