/** A Markdown table, without the columns that no row fills. @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
export function table(head, rows) {
  const filled = head.map((_, column) => rows.some((row) => row[column] !== ''));
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells
      .filter((_, column) => filled[column])
      .map((cell) => cell.replaceAll('|', '\\|'))
      .join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A link to a heading of the same page, as GitHub names it. @param {string} heading */
export function linkTo(heading) {
  const anchor = heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
  return `[${heading}](#${anchor})`;
}
