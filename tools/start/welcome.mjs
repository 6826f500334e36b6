import { bold, dim } from '../infra/say.mjs';

/**
 * @param {{ url: string, apiKey: string, management?: { url: string, user: string, password: string } | undefined }} reached
 */
export function welcome({ url, apiKey, management }) {
  const body = `{"customerId":"cus_1","currency":"EUR","lines":[{"sku":"TEA-001","quantity":1}],"payment":{"method":"tok_visa"}}`;
  const headers = [
    `'Authorization: Bearer ${apiKey}'`,
    `'Content-Type: application/json'`,
    `'Prefer: wait=5'`,
    `"Idempotency-Key: $(date +%s)"`,
  ];
  const rabbit = management
    ? `${management.url}  ${dim('login')} ${management.user} ${dim('/')} ${management.password}`
    : 'that of RABBITMQ_URL';
  return `
${bold('Waybill runs.')}

  API        ${url}
  Docs       ${url}/docs
  RabbitMQ   ${rabbit}
  API key    ${apiKey}

Place an order:

  curl -sS ${url}/v1/orders ${headers.map((header) => `-H ${header}`).join(' ')} -d '${body}'

Ctrl-C stops everything; the data stay in .data for the next start. Logs follow.
`;
}
