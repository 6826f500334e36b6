# One image for all processes: the command says which one. Health and metrics are on port 3000 of each.
#   docker build -t waybill .
#   docker run waybill dist/apps/order/src/main.js
# dist/apps/migrator/src/main.js migrates the databases and ends.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No install scripts: they would download a second Node. The compiler is a prebuilt package of its own.
RUN npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY apps apps
COPY libs libs
COPY tools tools
RUN npm run build

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-slim
WORKDIR /app
# In a container with less than 1.5 GB of memory, give it a smaller heap: docs/how-to/deploy.md.
ENV NODE_OPTIONS="--max-old-space-size=1024"
ENV NODE_ENV=production PORT=3000 ORDER_PORT=3000 PAYMENT_PORT=3000 STOCK_PORT=3000
COPY package.json ./
COPY --from=dependencies /app/node_modules node_modules
COPY libs/persistence/migrations libs/persistence/migrations
COPY apps/order/migrations apps/order/migrations
COPY apps/payment/migrations apps/payment/migrations
COPY apps/stock/migrations apps/stock/migrations
COPY --from=build /app/dist dist
USER node
EXPOSE 3000
# The image has no curl. Longer than the second that a process gives each of its own checks.
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health/ready').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--enable-source-maps", "--max-semi-space-size=16"]
CMD ["dist/apps/gateway/src/main.js"]
