{{- define "hyperv-operator.webhookSecret" -}}
{{ .Values.admission.existingSecret | default (printf "%s-webhook" .Release.Name) }}
{{- end }}
{{- define "hyperv-operator.subresourcesSecret" -}}
{{ .Values.subresources.existingSecret | default (printf "%s-subresources" .Release.Name) }}
{{- end }}
{{- /* Fails unless a server has a certificate from exactly one source. */ -}}
{{- define "hyperv-operator.checkCertificate" -}}
{{- $key := .key }}
{{- with .values }}
{{- if and .certManager.enabled .existingSecret }}
{{- fail (printf "%s: set either certManager.enabled or existingSecret, not both." $key) }}
{{- end }}
{{- if not (or .certManager.enabled .existingSecret) }}
{{- fail (printf "%s.enabled needs a certificate: set %s.certManager.enabled, or %s.existingSecret and %s.caBundle." $key $key $key $key) }}
{{- end }}
{{- if and .existingSecret (not (trim .caBundle)) }}
{{- fail (printf "%s.existingSecret needs %s.caBundle: the PEM of the authority that signed its certificate." $key $key) }}
{{- end }}
{{- end }}
{{- end }}
{{- /* The certificate of one of the operator's servers, from cert-manager, if that is enabled. */ -}}
{{- define "hyperv-operator.certificate" -}}
{{- $name := printf "%s-%s" .root.Release.Name .server }}
{{- if .certManager.enabled }}
{{- if not .certManager.issuerRef }}
---
apiVersion: cert-manager.io/v1
kind: Issuer
metadata:
  name: {{ $name }}-root
  namespace: {{ .root.Release.Namespace }}
spec:
  selfSigned: {}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: {{ $name }}-ca # it stays while the server's certificate is renewed, so that the API server always trusts the server
  namespace: {{ .root.Release.Namespace }}
spec:
  isCA: true
  commonName: {{ $name }}-ca
  secretName: {{ $name }}-ca
  duration: 87600h
  privateKey: {algorithm: ECDSA, size: 256}
  issuerRef: {name: {{ $name }}-root, kind: Issuer, group: cert-manager.io}
---
apiVersion: cert-manager.io/v1
kind: Issuer
metadata:
  name: {{ $name }}
  namespace: {{ .root.Release.Namespace }}
spec:
  ca: {secretName: {{ $name }}-ca}
{{- end }}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: {{ $name }}
  namespace: {{ .root.Release.Namespace }}
spec:
  secretName: {{ $name }}
  dnsNames:
    - {{ $name }}.{{ .root.Release.Namespace }}.svc
    - {{ $name }}.{{ .root.Release.Namespace }}.svc.cluster.local
  usages: [server auth]
  privateKey: {algorithm: ECDSA, size: 256, rotationPolicy: Always}
  {{- if .certManager.issuerRef }}
  issuerRef: {{- toYaml .certManager.issuerRef | nindent 4 }}
  {{- else }}
  issuerRef: {name: {{ $name }}, kind: Issuer, group: cert-manager.io}
  {{- end }}
{{- end }}
{{- end }}
