{{- define "hyperv-operator.webhookSecret" -}}
{{ .Values.admission.existingSecret | default (printf "%s-webhook" .Release.Name) }}
{{- end }}
