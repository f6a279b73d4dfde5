#!/bin/sh
# expect: A HIGH privileged
# why: manifests in a script's heredoc
kubectl apply -f - <<EOF
apiVersion: v1
kind: Pod
metadata: {name: agent}
spec: {containers: [{name: agent, image: "ghcr.io/example/agent:1", securityContext: {privileged: true}}]}
EOF
