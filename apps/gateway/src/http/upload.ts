import { type ImportFormat, Rejected } from '#contracts';

export const UPLOAD_TYPES: Readonly<Record<ImportFormat, string>> = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
};

const TYPES = Object.values(UPLOAD_TYPES);

/** Sockets on which an upload is under way: it has a limit of its own instead of that of other requests. */
export const uploading = new WeakSet<object>();

export function uploadFormat(contentType: string | undefined): ImportFormat {
  const [type = '', ...parameters] = (contentType ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const format = (Object.keys(UPLOAD_TYPES) as ImportFormat[]).find((one) => UPLOAD_TYPES[one] === type);
  const charset = parameters.find((one) => one.startsWith('charset='))?.slice(8);
  if (format && (charset === undefined || /^"?utf-?8"?$/.test(charset))) return format;
  throw unsupported();
}

/** What a route for uploads takes instead of JSON. */
export function unsupported(detail = `The body must be ${TYPES.join(' or ')}, in UTF-8.`): Rejected {
  return new Rejected('unsupported-media-type', { detail, accept: TYPES.join(', ') });
}
