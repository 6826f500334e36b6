/** Cause and remedy of a connection that could not be opened, without the password. */
export function explain(error: unknown, url: string): string {
  const text = textOf(error);
  const { host, username, pathname } = new URL(url);
  const code = codeOf(error);
  const at = `RabbitMQ at ${host}`;
  const [, right] = /ACCESS.REFUSED - (.*access to .*) refused for user/.exec(text) ?? [];
  if (right) {
    return `${at} refuses "${username}" ${right}: give it its permissions, npm run broker:users makes them.`;
  }
  if (/NOT.FOUND - no (exchange|queue)/.test(text)) {
    return `${at} lacks what no service may make (${text}): npm run broker:users makes it.`;
  }
  if (/ACCESS.REFUSED|403/.test(text)) {
    return `${at} refuses the user "${username}": check user and password in RABBITMQ_URL.`;
  }
  if (/NOT.ALLOWED|530/.test(text) || isShownOut(text)) {
    return `${at} does not let "${username}" into the vhost "${decodeURIComponent(pathname.slice(1)) || '/'}": create the vhost, or give the user permissions on it.`;
  }
  if (/PRECONDITION.FAILED/.test(text)) {
    return `${at} has a queue or an exchange with other arguments than this version declares (${text}): stop what sends to it, let it run empty, and delete it.`;
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
  return (
    /ACCESS.REFUSED|NOT.ALLOWED|NOT.FOUND|PRECONDITION.FAILED|RESOURCE.LOCKED/.test(textOf(error)) ||
    codeOf(error) === 'ENOTFOUND'
  );
}

/** amqplib does not pass on why the broker does not open the vhost. One that is just starting is no better off. */
function isShownOut(text: string): boolean {
  return text.includes('Expected ConnectionOpenOk; got <ConnectionClose');
}

function textOf(error: unknown): string {
  return (error as Partial<Error> | undefined)?.message ?? String(error);
}

function codeOf(error: unknown): string {
  return (error as Partial<NodeJS.ErrnoException> | undefined)?.code ?? '';
}
