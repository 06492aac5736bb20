// What is learned, as a form: a change begins anew, and stands in the page's address.
import { nets } from "../../src/nets/index.ts";
import type { Job } from "./job.ts";

interface Props {
  readonly job: Job;
  readonly onJob: (job: Job) => void;
}

const numbers = [
  { setting: "limit", label: "Images", usual: "all", step: 1 },
  { setting: "epochs", label: "Epochs", usual: "as usual", step: 1 },
  { setting: "rate", label: "Rate", usual: "as usual", step: "any" },
  { setting: "seed", label: "Seed", usual: "1", step: 1 },
  { setting: "threads", label: "Threads", usual: "all cores", step: 1 },
] as const;

export const Controls = ({ job, onJob }: Props) => {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const settings = Object.fromEntries(
      numbers.flatMap(({ setting }) => (form.get(setting) ? [[setting, Number(form.get(setting))]] : [])),
    );
    onJob({ net: `${form.get("net")}`, data: `${form.get("data")}` || null, settings });
  };
  return (
    <form class="controls" onSubmit={submit} aria-label="What is learned">
      <label>
        Net
        <input name="net" list="nets" defaultValue={job.net} required={true} spellcheck={false} />
      </label>
      <datalist id="nets">
        {nets
          .filter(({ net }) => !net.committee)
          .map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
      </datalist>
      <label>
        Data
        <input name="data" placeholder="as usual" defaultValue={job.data ?? ""} spellcheck={false} />
      </label>
      {numbers.map(({ setting, label, usual, step }) => (
        <label key={setting}>
          {label}
          <input
            name={setting}
            type="number"
            min="0"
            {...{ step }}
            placeholder={usual}
            defaultValue={job.settings[setting] ?? ""}
          />
        </label>
      ))}
      <button type="submit">Begin anew</button>
    </form>
  );
};
