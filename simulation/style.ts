/** The page around plots: light or dark as the reader's system is, nothing from elsewhere. */
import { escaped } from './plot.ts';

const COLOURS_LIGHT = [
  '#3b6fb5',
  '#d98b2b',
  '#3f9a63',
  '#c0504d',
  '#7a5ca8',
  '#4aa3a8',
  '#8c6d4f',
  '#b0548f',
  '#777777',
];
const COLOURS_DARK = [
  '#7aa9e6',
  '#f0b15e',
  '#79cf9b',
  '#ec8582',
  '#b69be0',
  '#7fd3d8',
  '#c9a988',
  '#e392c6',
  '#aaaaaa',
];

const variables = (colours: readonly string[]): string => colours.map((colour, i) => `--s${i}:${colour}`).join(';');

const STYLE = `
:root{color-scheme:light dark;--ink:#222;--soft:#666;--grid:#e2e2e2;--ground:#fff;--card:#fafafa;${variables(COLOURS_LIGHT)}}
@media(prefers-color-scheme:dark){:root{--ink:#e8e8e8;--soft:#a0a0a0;--grid:#3a3a3a;--ground:#16181b;--card:#1e2125;${variables(COLOURS_DARK)}}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground);margin:0 auto;padding:1.5rem;max-width:1500px}
h1{font-size:1.6rem;margin:0 0 .3rem}h2{font-size:1.25rem;margin:2.2rem 0 .2rem}h3{font-size:1rem;margin:1rem 0 .4rem}
p{color:var(--soft);margin:.2rem 0 .6rem;max-width:70rem}nav a{color:inherit;margin-right:1rem}
.row{display:grid;gap:.8rem;grid-template-columns:repeat(auto-fill,minmax(270px,1fr))}
figure{margin:0;padding:.6rem .7rem;background:var(--card);border:1px solid var(--grid);border-radius:6px}
figcaption span{display:block;color:var(--soft);font-size:.85em}
svg{display:block;width:100%;height:auto}svg text{font:10px system-ui,sans-serif;fill:var(--soft)}
.grid{stroke:var(--grid);stroke-width:1}.line{fill:none;stroke:var(--c);stroke-width:1.8;stroke-linejoin:round}.area{fill:var(--c);opacity:.85}
ul{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem .8rem;margin:.2rem 0 0;padding:0;font-size:.78rem;color:var(--soft)}
li::before{content:"";display:inline-block;width:.75em;height:.75em;margin-right:.35em;border-radius:2px;background:var(--c)}
${COLOURS_LIGHT.map((_, i) => `.s${i}{--c:var(--s${i})}`).join('')}
pre{overflow-x:auto;font-size:.8rem;background:var(--card);border:1px solid var(--grid);border-radius:6px;padding:.7rem}
`;

export function html(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escaped(title)}</title><style>${STYLE}</style></head>
<body>
<h1>${escaped(title)}</h1>
${body}
</body></html>
`;
}
