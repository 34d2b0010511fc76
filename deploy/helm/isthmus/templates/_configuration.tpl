{{/* isthmus.yaml: what the values say, with secrets as the files that they are mounted as. */}}
{{- define "isthmus.configuration" -}}
{{- $keys := .Values.secret.keys -}}
{{- $folder := "file:/run/secrets/isthmus" -}}
{{- $own := dict
  "sql" (dict "url" (printf "%s/%s" $folder $keys.sqlUrl))
  "mongodb" (dict "url" (printf "%s/%s" $folder $keys.mongodbUrl))
  "api" (dict "listen" "0.0.0.0:7070" "token" (printf "%s/%s" $folder $keys.token)) -}}
{{- mustMergeOverwrite (deepCopy .Values.config) $own | toYaml -}}
{{- end -}}
