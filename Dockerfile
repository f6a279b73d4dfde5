# infragate's MCP server. As a user without rights, on a read-only root: only /data (the ledger) and /tmp are written.
#   docker build -t infragate .
#   docker run --rm -i --read-only --tmpfs /tmp -v infragate:/data -v "$HOME/.kube/config:/kube/config:ro" infragate
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json tsconfig.json ./
# The builds that native packages bring are used as they are; nothing is compiled, no script of a package runs.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts ./scripts
COPY src ./src
RUN node scripts/bundle.mjs && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24.21.0-bookworm-slim
WORKDIR /app
COPY --from=build /src/package.json ./
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/dist ./dist
COPY bin ./bin
COPY LICENSE ./
RUN install -d -o 1000 -g 1000 -m 0700 /data
ENV NODE_ENV=production INFRAGATE_HOME=/data INFRAGATE_KUBECONFIG=/kube/config HOME=/tmp
VOLUME /data
USER 1000:1000
ENTRYPOINT ["node", "/app/bin/infragate.js"]
