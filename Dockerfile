# The server and its migrations, on the Node that package.json names. There is no build: Node 24 runs the sources.
#
#   docker build --tag analytics-following .
#   docker run --env-file .env --publish 8080:8080 analytics-following
#   docker run --env-file .env analytics-following node scripts/migrate.ts

FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Without scripts: the image has its Node. Without what is optional: the database is a server of its own.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund && npm cache clean --force

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY src ./src
COPY scripts ./scripts
COPY migrations ./migrations
COPY docs ./docs
COPY data ./data
# Half of a start is taking off types and compiling: done here, by the user who starts it, and then nobody's to change.
ENV NODE_COMPILE_CACHE=/app/node_modules/.cache/compiled
RUN install --directory --owner=node "$NODE_COMPILE_CACHE" \
  && echo 'import "/app/src/Serve.ts"' > /tmp/load.mjs \
  && setpriv --reuid=node --regid=node --clear-groups node /tmp/load.mjs \
  && chown --recursive root:root "$NODE_COMPILE_CACHE" && chmod --recursive a+rX "$NODE_COMPILE_CACHE" && rm /tmp/load.mjs
# Owned by root: the server can change nothing of itself.
USER node
EXPOSE 8080
# Whether the process answers. Whether it can serve is /readyz, for what routes traffic: a database that is away is no reason to restart.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
CMD ["node", "src/main.ts"]
