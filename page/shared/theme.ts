// The colours of the charts as variables of CSS, light and dark.
import { variables } from "../../src/charts/theme.ts";
import "./style.css";

const theme = document.createElement("style");
theme.textContent = `:root{${variables("light")}}@media (prefers-color-scheme:dark){:root{${variables("dark")}}}`;
document.head.append(theme);
