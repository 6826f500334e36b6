import { ERRORS } from '#contracts';
import { table } from './markdown.mjs';

/** docs/errors.md: every refusal that a client can meet. */
export function errorsPage() {
  const rows = Object.entries(ERRORS).map(([code, { status, title, remedy }]) => [
    `\`${code}\``,
    String(status),
    title,
    remedy,
  ]);
  return `# Errors

Every error is an \`application/problem+json\` (RFC 9457) whose \`type\` is \`/problems/<code>\`. The gateway has a page there, with cause,
remedy and an example, in English or 简体中文 and as HTML or JSON, as the client prefers. The code is stable; titles and details
may be reworded. \`errors\` names the fields at fault by JSON pointer, and \`requestId\` finds the request in the logs.
Made from [errors.ts](../libs/contracts/src/errors.ts) by \`npm run gen\`.

${table(['Code', 'Status', 'Title', 'What to do'], rows)}
`;
}
