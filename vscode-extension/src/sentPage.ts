// "Sent Context": the context of the last request as a page. No editor in here.

import type { Snippet } from "./protocol.ts";
import { escaped, linesLink, page } from "./page.ts";
import { count, many } from "./format.ts";
import { type Sent } from "./timings.ts";

const TITLE = "Sent Context";
const MOST_LEFT_OUT = 50;

export function sentPage(sent: Sent | undefined): string {
  if (sent === undefined) {
    return page(
      TITLE,
      `<p>Nothing has been sent yet.</p>
<p class="quiet">After the first request this page shows every piece of code that went out, why it was chosen, and how many tokens it cost.</p>`,
    );
  }
  return page(TITLE, `${about(sent)}${bar(sent)}${snippets(sent)}${leftOut(sent)}`);
}

function about(sent: Sent): string {
  const { route } = sent;
  const where =
    route === undefined
      ? "The request was not sent: no endpoint was chosen."
      : `To <b>${escaped(route.endpoint)}</b>${route.model === "" ? "" : ` (${escaped(route.model)})`}: ${escaped(route.reason)}.`;
  return `<p class="said">${escaped(sent.instruction)}</p>
<p>${where} <span class="quiet">${escaped(new Date(sent.at).toLocaleTimeString())}</span></p>`;
}

/** Tokens by part: the focus, the rest of the context, and the rules with the instruction. */
function bar(sent: Sent): string {
  const { context, route } = sent;
  const total = Math.max(route?.prompt_tokens ?? 0, context.tokens + context.focus_tokens);
  const parts = [
    { name: "your file", tokens: context.focus_tokens },
    { name: "other code", tokens: context.tokens },
    { name: "rules and instruction", tokens: Math.max(0, total - context.tokens - context.focus_tokens) },
  ];
  const said = parts.map((each) => `${each.name} ${count(each.tokens)}`).join(", ");
  const share =
    route && route.window > 0 ? ` of a window of ${count(route.window)} (${percent(total / route.window)})` : "";
  const spans = parts.map((each, n) =>
    each.tokens > 0 ? `<span class="c${n}" style="flex:${each.tokens}"></span>` : "",
  );
  const keys = parts.map(
    (each, n) => `<span class="key"><i class="c${n}"></i>${escaped(each.name)} <b>${count(each.tokens)}</b></span>`,
  );
  return `<h2>${many(total, "token")}${share}</h2>
<div class="bar tall" role="img" aria-label="Tokens by part: ${escaped(said)}">${spans.join("")}</div>
<p>${keys.join("")}</p>`;
}

function snippets(sent: Sent): string {
  const { context } = sent;
  const most = Math.max(1, ...context.snippets.map((each) => each.tokens));
  const dropped =
    context.dropped > 0
      ? `<p class="quiet">${many(context.dropped, "less likely snippet")} ${context.dropped === 1 ? "was" : "were"} not sent.</p>`
      : "";
  if (context.snippets.length === 0) {
    return `<h2>Snippets</h2><p class="quiet">No code from other files was needed.</p>${dropped}`;
  }
  return `<h2>${many(context.snippets.length, "snippet")}</h2>
<table>
<caption>Code that was sent, best first</caption>
<thead><tr><th scope="col">Lines</th><th scope="col">Why</th><th scope="col" class="number">Tokens</th><th scope="col"><span aria-hidden="true"></span></th></tr></thead>
<tbody>
${context.snippets.map((each, n) => row(each, most, n === 0 && context.focus_tokens > 0)).join("\n")}
</tbody>
</table>${dropped}`;
}

/** `own`: the file that is edited, in the colour that it has in the bar. */
function row(snippet: Snippet, most: number, own: boolean): string {
  const label = `${snippet.path}:${snippet.start_line}–${snippet.end_line}`;
  return `<tr><td class="path">${linesLink(label, snippet.path, snippet.start_line, snippet.end_line)}</td><td>${escaped(
    snippet.reasons.join("; "),
  )}</td><td class="number">${count(snippet.tokens)}</td><td style="width:18%" aria-hidden="true"><div class="bar"><span class="c${own ? 0 : 1}" style="width:${Math.round(
    (100 * snippet.tokens) / most,
  )}%"></span></div></td></tr>`;
}

function leftOut(sent: Sent): string {
  const all = sent.context.left_out;
  if (all.length === 0) {
    return "";
  }
  const rows = all.slice(0, MOST_LEFT_OUT).map((each) => `<li>${escaped(each.path)}: ${escaped(each.reason)}</li>`);
  const more =
    all.length > MOST_LEFT_OUT ? `<p class="quiet">and ${many(all.length - MOST_LEFT_OUT, "more file")}</p>` : "";
  return `<h2>Never sent</h2><ul>${rows.join("")}</ul>${more}`;
}

function percent(share: number): string {
  return share < 0.01 ? "less than 1 %" : `${Math.round(100 * share)} %`;
}
