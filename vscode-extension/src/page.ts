// HTML of the two views: the editor's theme colours, no script at all; a link is a command of ours.

import { visible } from "./displayText.ts";

export function escaped(text: string): string {
  return visible(text).replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
}

/** A link that opens lines of a file. */
export function linesLink(label: string, path: string, first: number, last: number): string {
  const target = encodeURIComponent(JSON.stringify([path, first, last]));
  return `<a href="command:darner.openLines?${target}">${escaped(label)}</a>`;
}

export function page(title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${body}
</main>
</body>
</html>`;
}

// Every stage and part has a colour of the theme's charts and, for readers without colours, a place in the order.
const STYLE = `
body { color: var(--vscode-foreground); font-family: var(--vscode-font-family); font-size: var(--vscode-font-size); padding: 0 1.5em 2em; line-height: 1.5; }
main { max-width: 68em; }
h1 { font-size: 1.5em; font-weight: 600; margin: 1em 0 .4em; }
h2 { font-size: 1.1em; font-weight: 600; margin: 1.8em 0 .5em; }
p { margin: .4em 0; }
.quiet { color: var(--vscode-descriptionForeground); }
.said { border-left: 3px solid var(--vscode-textBlockQuote-border); background: var(--vscode-textBlockQuote-background); padding: .4em .8em; margin: .6em 0; overflow-wrap: anywhere; }
a { color: var(--vscode-textLink-foreground); text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible, [tabindex]:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding: 0 0 .4em; color: var(--vscode-descriptionForeground); }
th { text-align: left; font-weight: 600; border-bottom: 1px solid var(--vscode-editorWidget-border, var(--vscode-contrastBorder, currentColor)); padding: .25em .8em .25em 0; white-space: nowrap; }
tbody th { font-weight: inherit; border-bottom: none; }
td { padding: .25em .8em .25em 0; vertical-align: middle; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.narrow { white-space: nowrap; }
td.wide { width: 45%; }
td.path { min-width: 10em; overflow-wrap: anywhere; }
td.cut { max-width: 16em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bar { display: flex; height: 1.1em; border-radius: 2px; overflow: hidden; gap: 1px; }
.bar span { min-width: 1px; }
.bar.tall { height: 1.6em; margin: .5em 0; }
.key { display: inline-flex; align-items: center; gap: .4em; margin: 0 1.2em .2em 0; }
.key i { width: .8em; height: .8em; border-radius: 2px; display: inline-block; }
.c0 { background: var(--vscode-charts-blue); }
.c1 { background: var(--vscode-charts-yellow); }
.c2 { background: var(--vscode-charts-purple); }
.c3 { background: var(--vscode-charts-green); }
.c4 { background: var(--vscode-charts-red); }
.c5 { background: var(--vscode-charts-orange); }
@media (forced-colors: active) { .bar span, .key i { border: 1px solid CanvasText; } }
ul { padding-left: 1.2em; margin: .3em 0; }
`;
