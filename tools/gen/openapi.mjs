import { resolve } from 'node:path';

/** docs/openapi.json: what the gateway serves at /openapi.json. */
export async function openApiDocument() {
  const [{ apiDocument }, { GatewayModule }] = await Promise.all(
    ['openapi/docs.module', 'gateway.module'].map(
      (name) => import(resolve(`dist/apps/gateway/src/${name}.js`)),
    ),
  );
  const document = apiDocument(Reflect.getMetadata('controllers', GatewayModule));
  return `${JSON.stringify(document, null, 2)}\n`;
}
