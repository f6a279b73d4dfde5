#!/bin/sh
# expect: A HIGH host-network
# why: the compose file is written by tee in an installer
sudo tee /opt/app/docker-compose.yml >/dev/null <<'YML'
version: "3"
services:
  app:
    image: ghcr.io/example/app:1
    network_mode: host
YML
