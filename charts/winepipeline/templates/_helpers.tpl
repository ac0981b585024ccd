{{/* The name of the release's objects. */}}
{{- define "winepipeline.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The labels by which the operator's pod is found; they never change. */}}
{{- define "winepipeline.selector" -}}
app.kubernetes.io/name: winepipeline-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* The labels of all objects. */}}
{{- define "winepipeline.labels" -}}
{{ include "winepipeline.selector" . }}
app.kubernetes.io/component: operator
app.kubernetes.io/part-of: winepipeline
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "winepipeline.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "winepipeline.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* An image's reference: the whole one of the values, or registry, name and tag. Takes (list . "operator"). */}}
{{- define "winepipeline.image" -}}
{{- $root := index . 0 -}}
{{- $part := index . 1 -}}
{{- $whole := index $root.Values.images $part -}}
{{- if $whole -}}
{{- $whole -}}
{{- else -}}
{{- $registry := $root.Values.imageRegistry | trimSuffix "/" -}}
{{- $tag := default $root.Chart.AppVersion $root.Values.imageTag -}}
{{- if $registry }}{{ $registry }}/{{ end }}winepipeline-{{ $part }}:{{ $tag }}
{{- end -}}
{{- end -}}
