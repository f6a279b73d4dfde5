# infragate's MCP server. As a user without rights, on a read-only root: only /data (the ledger) and /tmp are written.
#   docker build -t infragate .
#   docker run --rm -i --read-only --tmpfs /tmp -v infragate:/data -v "$HOME/.kube/config:/kube/config:ro" infragate

# kubectl and helm, from their own modules: go.sum holds the digest of every module, so they are these sources and no others.
FROM --platform=$BUILDPLATFORM golang:1.26.8-bookworm AS programs
ARG TARGETOS TARGETARCH
ENV GOFLAGS=-mod=readonly GOTOOLCHAIN=local CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH
COPY sandbox/go.mod sandbox/go.sum /src/kubectl/
RUN cd /src/kubectl && go build -trimpath -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=v1.37.2" \
    -o /out/kubectl k8s.io/kubernetes/cmd/kubectl
COPY sandbox/helm/go.mod sandbox/helm/go.sum /src/helm/
RUN cd /src/helm && go build -trimpath -ldflags "-s -w" -o /out/helm helm.sh/helm/v4/cmd/helm

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
# git, of one version, compared with its digest before it is installed. A new one in Debian makes the build fail: then both
# lines are changed.
ARG TARGETARCH
ARG GIT_VERSION=1:2.39.5-0+deb12u3
ARG GIT_SHA256_amd64=637a85ddd6247fab13bdd0592f2f39aff04ce4dbf0655d3ab553ac359a38ce6f
ARG GIT_SHA256_arm64=435176549a9f5c8bbadaa126b64a036b38ea34ad9f3eb128dc40b8407a5b5620
RUN apt-get update -q \
  && apt-get install -q -y --no-install-recommends --download-only "git=$GIT_VERSION" ca-certificates \
  && case "$TARGETARCH" in amd64) want="$GIT_SHA256_amd64" ;; arm64) want="$GIT_SHA256_arm64" ;; *) exit 1 ;; esac \
  && echo "$want  $(ls /var/cache/apt/archives/git_*.deb)" | sha256sum --check \
  && apt-get install -q -y --no-install-recommends "git=$GIT_VERSION" ca-certificates \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
COPY --from=programs /out/kubectl /out/helm /usr/local/bin/
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
