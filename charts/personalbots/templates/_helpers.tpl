{{/* The release's name, short enough for what is made from it. */}}
{{- define "personalbots.fullname" -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) (contains .Chart.Name .Release.Name) | trunc 45 | trimSuffix "-" }}
{{- end }}

{{/* Labels of an object of a part. Arguments: root, component. */}}
{{- define "personalbots.labels" -}}
{{ include "personalbots.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: personalbots
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "personalbots.selector" -}}
app.kubernetes.io/name: {{ .component }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* A whole image reference; a repository that brings its own tag or digest keeps it. Arguments: root, repository. */}}
{{- define "personalbots.image" -}}
{{- $images := .root.Values.images }}
{{- $path := .repository }}
{{- if $images.registry }}{{ $path = printf "%s/%s" (trimSuffix "/" $images.registry) .repository }}{{ end }}
{{- if contains ":" (base .repository) }}{{ $path }}{{ else }}{{ $path }}:{{ $images.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end }}

{{/* What both Deployments have in common: pod settings that pass Pod Security "restricted". Arguments: root, values. */}}
{{- define "personalbots.pod" -}}
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile: {type: RuntimeDefault}
{{- with .root.Values.images.pullSecrets }}
imagePullSecrets:
{{- range . }}
- name: {{ . }}
{{- end }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector:
{{ toYaml . | indent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
{{ toYaml . }}
{{- end }}
{{- with .values.affinity }}
affinity:
{{ toYaml . | indent 2 }}
{{- end }}
{{- end }}

{{- define "personalbots.container" -}}
imagePullPolicy: {{ .root.Values.images.pullPolicy }}
terminationMessagePolicy: FallbackToLogsOnError
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
ports:
- {name: http, containerPort: 8080}
livenessProbe:
  httpGet: {path: /healthz, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: http}
  periodSeconds: 5
  timeoutSeconds: 5
resources:
{{ toYaml .values.resources | indent 2 }}
{{- end }}

{{/* Environment variables: fixed ones, then a person's, which win. Arguments: set, more. Empty ones are left out. */}}
{{- define "personalbots.env" -}}
{{- $all := merge (dict) .more .set }}
{{- $lines := list }}
{{- range $name := keys $all | sortAlpha }}
{{- with get $all $name | toString }}
{{- $lines = append $lines (printf "- {name: %s, value: %s}" $name (quote .)) }}
{{- end }}
{{- end }}
{{- join "\n" $lines }}
{{- end }}

{{/* Numbers, separated by commas: Helm reads large ones as floats. */}}
{{- define "personalbots.ids" -}}
{{- $ids := list }}
{{- range . }}{{ $ids = append $ids (int64 . | toString) }}{{ end }}
{{- join "," $ids }}
{{- end }}

{{/* Numbers by number, as 1=2,3=4. */}}
{{- define "personalbots.pairs" -}}
{{- $pairs := list }}
{{- range $key, $value := . }}{{ $pairs = append $pairs (printf "%s=%d" $key (int64 $value)) }}{{ end }}
{{- join "," $pairs }}
{{- end }}

{{/* The namespaces that the operator serves, separated by commas. */}}
{{- define "personalbots.namespaces" -}}
{{- prepend .Values.operator.scope.namespaces .Values.botsNamespace.name | uniq | join "," }}
{{- end }}
