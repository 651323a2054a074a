/**
 * The look of every page: the reader's own fonts, light or dark as their system is. Distances are named by the direction of writing, and
 * each piece of text finds its own, so that right-to-left text reads as it should.
 */
export const styles = `
:root{color-scheme:light dark;--text:#1b1f24;--soft:#59636e;--line:#d6dbe0;--page:#fff;--raised:#f5f7f9;--link:#0a58b5}
@media (prefers-color-scheme:dark){:root{--text:#e4e8ec;--soft:#9aa5b1;--line:#343b43;--page:#14181c;--raised:#1e242a;--link:#7db7ff}}
*{box-sizing:border-box}
html{scroll-padding-block-start:4rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.6 system-ui,sans-serif;overflow-wrap:break-word}
a{color:var(--link);text-underline-offset:.15em}
a:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--link);outline-offset:2px}
header{position:sticky;inset-block-start:0;z-index:1;display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:baseline;padding:.75rem 1.25rem;font-size:.95rem;background:var(--page);border-block-end:1px solid var(--line)}
header a{text-decoration:none}
header a:first-child{color:inherit;margin-inline-end:auto}
main{padding:0 1.25rem 3rem;min-width:0}
article{max-width:46rem;margin-inline:auto}
article :is(p,li,td,th,h1,h2,h3,h4,pre,blockquote){unicode-bidi:plaintext;text-align:start}
h1,h2,h3,h4{line-height:1.25;margin-block:2.25rem .75rem;text-wrap:balance}
h1{font-size:2rem;margin-block-start:2rem}
h2{font-size:1.35rem}
h3{font-size:1.1rem}
article :is(h1,h2,h3,h4) a{color:inherit;text-decoration:none}
article :is(h2,h3,h4) a:hover{text-decoration:underline}
code{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--raised);border-radius:.25rem;padding:.1em .3em}
pre{overflow-x:auto;background:var(--raised);border:1px solid var(--line);border-radius:.4rem;padding:.75rem 1rem}
pre code{background:none;padding:0}
.table{overflow-x:auto;margin-block:1rem}
table{border-collapse:collapse;font-size:.925rem}
th,td{border-block-end:1px solid var(--line);padding-block:.45rem;padding-inline:0 .9rem;vertical-align:top;overflow-wrap:normal}
th{font-weight:600}
td code{white-space:nowrap}
blockquote{margin-inline:0;padding-inline-start:1rem;border-inline-start:3px solid var(--line);color:var(--soft)}
nav{padding:1rem 1.25rem 3rem;border-block-start:1px solid var(--line);background:var(--raised)}
nav h2{font-size:.8rem;font-weight:600;color:var(--soft);margin-block:1.25rem .25rem}
nav ul{list-style:none;margin:0;padding:0}
nav ul ul{padding-inline-start:.9rem;border-inline-start:1px solid var(--line);font-size:.9rem}
nav a{display:block;padding-block:.2rem;color:inherit;text-decoration:none}
nav a:hover{text-decoration:underline}
nav a[aria-current]{font-weight:600;color:var(--link)}
@media (min-width:60rem){
.to-menu{display:none}
body{display:grid;grid-template:auto 1fr/17rem minmax(0,1fr)}
header{grid-column:1/-1}
main{grid-area:2/2}
nav{grid-area:2/1;border-block-start:0;border-inline-end:1px solid var(--line);background:none;position:sticky;inset-block-start:3.1rem;max-height:calc(100vh - 3.1rem);overflow-y:auto}
}
@media print{header,nav{display:none}}
`
