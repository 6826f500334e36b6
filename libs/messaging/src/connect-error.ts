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
  if (/ACCESS.REFUSED/.test(text)) {
    return `${at} refuses the user "${username}": check user and password in RABBITMQ_URL.`;
  }
  if (/NOT.ALLOWED/.test(text) || isShownOut(text)) {
    return `${at} does not let "${username}" into the vhost "${decodeURIComponent(pathname.slice(1)) || '/'}": create the vhost, or give the user permissions on it.`;
  }
  if (/PRECONDITION.FAILED/.test(text)) {
    return `${at} has a queue or an exchange with other arguments than this version declares (${text}): stop what sends to it, let it run empty, and delete it.`;
  }
  const wrongCertificate = faultOfCertificate(code);
  if (wrongCertificate) return `${at} shows a certificate ${wrongCertificate} (${text}).`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `${at} has no address: check the host in RABBITMQ_URL.`;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return `${at} does not speak TLS at this port: use that of its TLS listener, or amqp:// instead of amqps://.`;
  }
  if (code === 'ECONNREFUSED') {
    return `${at} refuses connections: check host and port in RABBITMQ_URL, and that the broker runs.`;
  }
  return `${at} can't be reached (${text}): check RABBITMQ_URL, and that the broker runs.`;
}

/** Waiting does not change a password, or a certificate. */
export function isHopeless(error: unknown): boolean {
  return (
    faultOfCertificate(codeOf(error)) !== undefined ||
    /ACCESS.REFUSED|NOT.ALLOWED|NOT.FOUND|PRECONDITION.FAILED|RESOURCE.LOCKED/.test(textOf(error)) ||
    codeOf(error) === 'ENOTFOUND'
  );
}

/** What OpenSSL and Node call it, and what to do. */
function faultOfCertificate(code: string): string | undefined {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'of another host: use a name in RABBITMQ_URL that is in it, or give the broker one with this name';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return 'that is not valid now: renew it, or look at the clock';
  if (/SELF_SIGNED|UNABLE_TO|CERT_SIGNATURE_FAILURE/.test(code))
    return 'of an authority that is not known here: name the file with the certificate of that authority in RABBITMQ_CA_FILE';
  return undefined;
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
