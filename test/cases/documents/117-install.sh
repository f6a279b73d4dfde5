#!/usr/bin/env bash
# expect: A HIGH privileged
# expect: A HIGH bind-mount
# why: docker run across lines in an installer
set -e
docker run -d \
  --name agent \
  --privileged \
  -v /opt/agent:/data \
  ghcr.io/example/agent:1
