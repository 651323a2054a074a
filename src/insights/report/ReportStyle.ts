/** The page's look: readable on a phone, at a desk and on paper, light and dark, in either direction of writing. */
export const reportStyle = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --muted: #59626d; --line: #dde1e6; --card: #f6f7f9;
  --accent: #2f5fd0; --second: #b4561a; --third: #6a4bb5; --good: #1a7f4b; --bad: #b3261e; --even: #7b8591; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14171b; --ink: #e8ebef; --muted: #a2acb8; --line: #333a43; --card: #1d2127;
    --accent: #86a9ff; --second: #f0a36b; --third: #b8a0f5; --good: #63d196; --bad: #ff8f86; --even: #98a3b0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Noto Sans", "Noto Sans Arabic", sans-serif; }
main { max-inline-size: 68rem; margin-inline: auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 .25rem; }
p { margin: .25rem 0; overflow-wrap: anywhere; }
.bio { white-space: pre-line; unicode-bidi: plaintext; max-inline-size: 42rem; }
.muted, .note, figcaption { color: var(--muted); font-size: .85rem; }
.badge { display: inline-block; border: 1px solid var(--line); border-radius: 1rem; padding: 0 .6rem; margin-inline-end: .35rem;
  font-size: .85rem; color: var(--muted); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: .75rem; margin-block: 1.25rem; }
.tile, section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .75rem 1rem; min-inline-size: 0; }
.tile { margin: 0; }
.tile dt { color: var(--muted); font-size: .85rem; }
.tile dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; line-height: 1.3; }
.tile dd.none { font-size: 1rem; color: var(--muted); }
.tile dd.note { font-size: .8rem; line-height: 1.35; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: .75rem; }
.wide { grid-column: 1 / -1; }
figure { margin: .5rem 0; }
svg { display: block; inline-size: 100%; block-size: auto; direction: ltr; }
.empty { padding: 1.5rem 0; color: var(--muted); }
ul { margin: .25rem 0; padding-inline-start: 1.2rem; }
li { overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; inline-size: 100%; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { text-align: start; padding: .3rem .6rem .3rem 0; border-block-end: 1px solid var(--line); white-space: nowrap; }
td.number, th.number { text-align: end; padding-inline-end: .6rem; }
footer { margin-block-start: 1.25rem; }
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --muted: #444; --line: #bbb; --card: #fff;
    --accent: #2f5fd0; --second: #b4561a; --third: #6a4bb5; --good: #1a7f4b; --bad: #b3261e; --even: #7b8591; }
  @page { margin: 14mm; }
  body { font-size: 11pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { padding: 0; max-inline-size: none; }
  .cards { grid-template-columns: 1fr 1fr; }
  .tile, section, figure, tr { break-inside: avoid; }
  section.wide { break-inside: auto; }
}`
