{{- define "common.pod" }}
securityContext: {privileged: true}
{{- end }}
