// A page that does nothing but hand jobs to a worker, as a page should.
import type { Job, Report } from "./tab-worker.ts";

declare global {
  interface Window {
    work(job: Job): Promise<Report>;
  }
}

window.work = (job) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./tab-worker.ts", import.meta.url), { type: "module" });
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.onmessage = ({ data }: MessageEvent<Report>) => {
      worker.terminate();
      resolve(data);
    };
    worker.postMessage(job);
  });
