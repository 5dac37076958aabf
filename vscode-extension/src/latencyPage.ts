// The last requests as stacked bars by stage, with p50 and p95: a table, so that it reads without the bars. No editor in here.

import { escaped, page } from "./page.ts";
import { many, milliseconds, percentile } from "./format.ts";
import { STAGE_NAMES, STAGES, type Timing } from "./timings.ts";

const TITLE = "Recent Latency";

export function latencyPage(timings: readonly Timing[]): string {
  if (timings.length === 0) {
    return page(
      TITLE,
      `<p>No request yet.</p>
<p class="quiet">After the first patch this page shows where the time went: context, queue, first token, decode, apply and editor.</p>`,
    );
  }
  return page(TITLE, `${summary(timings)}${keys()}${bars(timings)}`);
}

function summary(timings: readonly Timing[]): string {
  const done = timings.filter((each) => each.outcome === "done");
  if (done.length === 0) {
    return `<p>None of ${many(timings.length, "request")} was completed.</p>`;
  }
  const row = (name: string, values: readonly number[]): string =>
    `<tr><th scope="row">${name}</th><td class="number">${told(percentile(values, 0.5))}</td><td class="number">${told(percentile(values, 0.95))}</td></tr>`;
  const stages = STAGES.map((stage) =>
    row(
      STAGE_NAMES[stage],
      done.map((each) => each.stages[stage]),
    ),
  );
  return `<table style="width:auto">
<caption>${many(done.length, "completed request")}</caption>
<thead><tr><th scope="col">Stage</th><th scope="col" class="number">p50</th><th scope="col" class="number">p95</th></tr></thead>
<tbody>${stages.join("")}${row(
    "<b>total</b>",
    done.map((each) => each.total),
  )}</tbody>
</table>
<h2>Each request, the latest first</h2>`;
}

function keys(): string {
  const each = STAGES.map((stage, n) => `<span class="key"><i class="c${n}"></i>${STAGE_NAMES[stage]}</span>`);
  return `<p aria-hidden="true">${each.join("")}</p>`;
}

function bars(timings: readonly Timing[]): string {
  const longest = Math.max(1, ...timings.map((each) => each.total));
  return `<table>
<thead><tr><th scope="col">When</th><th scope="col">Asked</th><th scope="col">Endpoint</th><th scope="col">Time by stage</th><th scope="col" class="number">Total</th><th scope="col" class="number">Tokens/s</th></tr></thead>
<tbody>
${timings.map((each) => row(each, longest)).join("\n")}
</tbody>
</table>`;
}

function row(timing: Timing, longest: number): string {
  const said = STAGES.map((stage) => `${STAGE_NAMES[stage]} ${milliseconds(timing.stages[stage])}`).join(", ");
  const spans = STAGES.map((stage, n) =>
    timing.stages[stage] > 0
      ? `<span class="c${n}" style="width:${share(timing.stages[stage], longest)}%"></span>`
      : "",
  );
  const outcome = timing.outcome === "done" ? "" : ` <span class="quiet">(${timing.outcome})</span>`;
  return `<tr><td class="narrow">${escaped(new Date(timing.at).toLocaleTimeString())}</td><td class="cut" title="${escaped(
    timing.instruction,
  )}">${escaped(timing.instruction)}</td><td class="narrow">${escaped(timing.endpoint)}${outcome}</td><td class="wide"><div class="bar" role="img" tabindex="0" aria-label="${escaped(
    said,
  )}" title="${escaped(said)}">${spans.join("")}</div></td><td class="number">${milliseconds(timing.total)}</td><td class="number">${
    timing.tokensPerSecond > 0 ? Math.round(timing.tokensPerSecond).toLocaleString("en-US") : "–"
  }</td></tr>`;
}

function share(value: number, longest: number): string {
  return ((100 * value) / longest).toFixed(2);
}

function told(value: number | undefined): string {
  return value === undefined ? "–" : milliseconds(value);
}
