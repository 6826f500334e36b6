/** Cause and remedy of a connection that could not be opened, without the password. */
export function explain(error: unknown, url: string): string {
  const text = error instanceof Error ? error.message : String(error);
  const { host, username, pathname } = new URL(url);
  const code = codeOf(error);
  const at = `RabbitMQ at ${host}`;
  if (/ACCESS.REFUSED|403/.test(text)) {
    return `${at} refuses the user "${username}": check user and password in RABBITMQ_URL.`;
  }
  if (/NOT.ALLOWED|530/.test(text)) {
    return `${at} does not let "${username}" into the vhost "${decodeURIComponent(pathname.slice(1)) || '/'}": create the vhost, or give the user permissions on it.`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `${at} has no address: check the host in RABBITMQ_URL.`;
  if (code === 'ECONNREFUSED') {
    return `${at} refuses connections: check host and port in RABBITMQ_URL, and that the broker runs.`;
  }
  return `${at} can't be reached (${text}): check RABBITMQ_URL, and that the broker runs.`;
}

/** Waiting does not change a password. */
export function isHopeless(error: unknown): boolean {
  const text = error instanceof Error ? error.message : '';
  return (
    /ACCESS.REFUSED|NOT.ALLOWED|PRECONDITION.FAILED|RESOURCE.LOCKED/.test(text) ||
    codeOf(error) === 'ENOTFOUND'
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
