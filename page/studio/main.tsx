// The studio: a page that `lenet studio` serves.
import { render } from "preact";
import { App } from "./app.tsx";
import "../shared/theme.ts";
import "./style.css";

render(<App />, document.body);
