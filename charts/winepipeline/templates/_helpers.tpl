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

{{/* The spec of a pod that ends well as soon as the operator is ready, which it is not before the CRDs are served. */}}
{{- define "winepipeline.readySpec" -}}
restartPolicy: Never
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  seccompProfile:
    type: RuntimeDefault
containers:
  - name: ask
    image: {{ include "winepipeline.image" (list . "operator") }}
    imagePullPolicy: {{ .Values.imagePullPolicy }}
    command: [python, -c]
    args:
      - |
        import sys, time, urllib.request
        url = "http://{{ include "winepipeline.fullname" . }}.{{ .Release.Namespace }}.svc.{{ .Values.clusterDomain }}:8000/readyz"
        until = time.monotonic() + 120
        while True:
            try:
                answer = urllib.request.urlopen(url, timeout=5)
                print("the operator is ready:", answer.read().decode().strip())
                break
            except OSError as error:
                detail = error.read().decode().strip() if hasattr(error, "read") else error
                if time.monotonic() > until:
                    sys.exit(f"{url} does not answer that the operator is ready: {detail}")
                time.sleep(1)
    resources:
      requests: {cpu: 20m, memory: 32Mi}
      limits: {cpu: 500m, memory: 128Mi}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities:
        drop: [ALL]
{{- end -}}
