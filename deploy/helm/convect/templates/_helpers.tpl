{{/* Names and labels; `kind` is engine or gateway. Called with (dict "root" $ "kind" "engine"). */}}

{{- define "convect.name" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "convect.selector" -}}
app.kubernetes.io/name: convect
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .kind }}
{{- end -}}

{{- define "convect.labels" -}}
{{ include "convect.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/* The settings that both kinds have, as a map: cli/config-schema.ts says what they mean. */}}
{{- define "convect.common" -}}
{{- $etcd := dict "hosts" .root.Values.etcd.hosts "prefix" .root.Values.etcd.prefix -}}
{{- if .root.Values.etcd.tlsSecret -}}
{{- $tls := dict "ca" "etcd/ca.crt" -}}
{{- if .root.Values.etcd.clientCertificate -}}
{{- $tls = merge $tls (dict "cert" "etcd/tls.crt" "key" "etcd/tls.key") -}}
{{- end -}}
{{- $_ := set $etcd "tls" $tls -}}
{{- end -}}
{{- with .root.Values.etcd.username -}}
{{- $_ := set $etcd "username" . -}}
{{- $_ := set $etcd "passwordFile" "secrets/etcd-password" -}}
{{- end -}}
{{- $common := dict "status" "0.0.0.0:9101" "etcd" $etcd -}}
{{- if .root.Values.tls.enabled -}}
{{- $_ := set $common "tls" (dict "ca" "tls/ca.crt" "cert" "tls/tls.crt" "key" "tls/tls.key" "serverName" "convect-engine") -}}
{{- else -}}
{{- $_ := set $common "insecure" true -}}
{{- end -}}
{{- toYaml $common -}}
{{- end -}}

{{- define "convect.serviceUser" -}}
authUrl: {{ .Values.keystone.authUrl | quote }}
userName: {{ .Values.keystone.userName | quote }}
passwordFile: secrets/heat-password
projectName: {{ .Values.keystone.projectName | quote }}
{{- end -}}

{{/* What the pods of both kinds have in common, from `containers` on. Needs `config` (the checksum's text), `ports`. */}}
{{- define "convect.pod" -}}
{{- $of := index .root.Values .kind -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: { type: RuntimeDefault }
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{ include "convect.selector" . | nindent 8 }}
{{- with $of.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with $of.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with $of.affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: config
    configMap: { name: {{ include "convect.name" .root }}-{{ .kind }} }
  - name: secrets
    secret:
      secretName: {{ .root.Values.secret.name }}
      defaultMode: 0440
      items:
        {{- if eq .kind "engine" }}
        - { key: database-url, path: database-url }
        - { key: vault.key, path: vault.key }
        {{- end }}
        - { key: heat-password, path: heat-password }
        {{- if .root.Values.etcd.username }}
        - { key: etcd-password, path: etcd-password }
        {{- end }}
  {{- if .root.Values.tls.enabled }}
  - name: tls
    secret: { secretName: {{ index .root.Values.tls (printf "%sSecret" .kind) }}, defaultMode: 0440 }
  {{- end }}
  {{- if .root.Values.etcd.tlsSecret }}
  - name: etcd
    secret: { secretName: {{ .root.Values.etcd.tlsSecret }}, defaultMode: 0440 }
  {{- end }}
  - name: tmp
    emptyDir: {}
{{- end -}}

{{- define "convect.container" -}}
{{- $of := index .root.Values .kind -}}
name: {{ .kind }}
image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}"
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
args: [{{ .kind }}, --config, /etc/convect/{{ .kind }}.yaml]
env:
  - name: POD_NAME
    valueFrom: { fieldRef: { fieldPath: metadata.name } }
  - name: POD_NAMESPACE
    valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
resources: {{ toYaml $of.resources | nindent 2 }}
# The status port opens once the process is a member of the cluster: until then it may wait for etcd and migrate.
startupProbe:
  httpGet: { path: /healthz, port: status }
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /healthz, port: status }
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /readyz, port: status }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
volumeMounts:
  - { name: config, mountPath: /etc/convect/{{ .kind }}.yaml, subPath: {{ .kind }}.yaml, readOnly: true }
  - { name: secrets, mountPath: /etc/convect/secrets, readOnly: true }
  {{- if .root.Values.tls.enabled }}
  - { name: tls, mountPath: /etc/convect/tls, readOnly: true }
  {{- end }}
  {{- if .root.Values.etcd.tlsSecret }}
  - { name: etcd, mountPath: /etc/convect/etcd, readOnly: true }
  {{- end }}
  - { name: tmp, mountPath: /tmp }
{{- end -}}
