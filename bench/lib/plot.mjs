/** @typedef {import('./compare.mjs').Row} Row */

const ROW = 34;
const LEFT = 430;
const WIDTH = 960;
/** Ratios are drawn on a logarithmic axis: half and double are equally far from one. */
const RANGE = { from: 0.1, to: 30 };

/** Each ratio with its spread, its bar and its goal, as a picture; of an absolute figure how many times its bar it is. @param {readonly Row[]} rows */
export function plotOf(rows) {
  const height = 60 + rows.length * ROW;
  const body = rows.map((row, i) => rowOf(row, 50 + i * ROW)).join('\n');
  const ticks = [0.1, 0.25, 0.5, 1, 2, 4, 10, 25]
    .map(
      (value) =>
        `<g class="tick"><line x1="${x(value)}" y1="34" x2="${x(value)}" y2="${height - 8}"/><text x="${x(value)}" y="26" text-anchor="middle">${value}×</text></g>`,
    )
    .join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12">
<style>text{fill:#444}.tick line{stroke:#bbb;stroke-width:.5}.spread{stroke:#2563eb;stroke-width:3}.median{fill:#2563eb}.bar{stroke:#dc2626;stroke-width:2}.goal{stroke:#16a34a;stroke-width:2}@media(prefers-color-scheme:dark){text{fill:#ccc}.tick line{stroke:#555}}</style>
${ticks}
${body}
<text x="8" y="${height - 8}">blue: median and spread · red: the bar · green: the goal · what is compared with nothing: in multiples of its bar</text>
</svg>
`;
}

/** @param {Row} row @param {number} y */
function rowOf({ id, title, ratio, bar, goal, isAbsolute }, y) {
  const at = (/** @type {number} */ value) => x(isAbsolute ? value / bar : value);
  const mark = (/** @type {string} */ kind, /** @type {number} */ value) =>
    `<line class="${kind}" x1="${at(value)}" y1="${y - 9}" x2="${at(value)}" y2="${y + 9}"/>`;
  const measured = ratio
    ? `<line class="spread" x1="${at(ratio.min)}" y1="${y}" x2="${at(ratio.max)}" y2="${y}"/><circle class="median" cx="${at(ratio.median)}" cy="${y}" r="5"/>`
    : '';
  return `<g><text x="8" y="${y + 4}">${id}  ${escaped(title)}</text>${mark('bar', bar)}${mark('goal', goal)}${measured}</g>`;
}

/** @param {number} value */
function x(value) {
  const clamped = Math.min(Math.max(value, RANGE.from), RANGE.to);
  const part = Math.log(clamped / RANGE.from) / Math.log(RANGE.to / RANGE.from);
  return Math.round(LEFT + part * (WIDTH - LEFT - 20));
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
