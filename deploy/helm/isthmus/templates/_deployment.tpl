{{/* One Deployment. Takes a dict: root, component (its name), role, replicas, strategy, resources, ready (the path of its readiness). */}}
{{- define "isthmus.deployment" -}}
{{- with .root -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "isthmus.fullname" . }}-{{ $.component }}
  labels:
    {{- include "isthmus.labels" . | nindent 4 }}
    app.kubernetes.io/component: {{ $.component }}
spec:
  replicas: {{ $.replicas }}
  # Ready is who has loaded: a first load of large tables takes hours, and is no failure.
  progressDeadlineSeconds: 86400
  strategy:
    {{- toYaml $.strategy | nindent 4 }}
  selector:
    matchLabels:
      {{- include "isthmus.selector" . | nindent 6 }}
      app.kubernetes.io/component: {{ $.component }}
  template:
    metadata:
      labels:
        {{- include "isthmus.labels" . | nindent 8 }}
        app.kubernetes.io/component: {{ $.component }}
        {{- with .Values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        checksum/configuration: {{ include "isthmus.configuration" . | sha256sum }}
        {{- with .Values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "isthmus.serviceAccount" . }}
      automountServiceAccountToken: false
      # Variables named after services, as ISTHMUS_PORT, would be taken for ours.
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
      securityContext:
        {{- toYaml .Values.podSecurityContext | nindent 8 }}
      {{- with .Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      containers:
        - name: isthmus
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          args: ["run", "-c", "/etc/isthmus/isthmus.yaml", "--role", {{ $.role | quote }}, "--log-level", {{ .Values.logLevel | quote }}]
          {{- with .Values.env }}
          env:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          {{- with .Values.envFrom }}
          envFrom:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          ports:
            - name: http
              containerPort: 7070
          # The API answers once both databases did, and the process before this one has let go.
          startupProbe:
            httpGet: { path: /healthz, port: http }
            periodSeconds: 5
            timeoutSeconds: 5
            failureThreshold: 60
          livenessProbe:
            httpGet: { path: /healthz, port: http }
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          readinessProbe:
            httpGet: { path: {{ $.ready }}, port: http }
            periodSeconds: 5
            timeoutSeconds: 5
          resources:
            {{- toYaml $.resources | nindent 12 }}
          securityContext:
            {{- toYaml .Values.securityContext | nindent 12 }}
          volumeMounts:
            - name: configuration
              mountPath: /etc/isthmus
              readOnly: true
            - name: secrets
              mountPath: /run/secrets/isthmus
              readOnly: true
            - name: tmp
              mountPath: /tmp
            {{- with .Values.volumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
      volumes:
        - name: configuration
          configMap:
            name: {{ include "isthmus.fullname" . }}
        - name: secrets
          secret:
            secretName: {{ required "secret.name: the Secret with sql-url, mongodb-url and token" .Values.secret.name }}
            defaultMode: 0440
        - name: tmp
          emptyDir:
            sizeLimit: 64Mi
        {{- with .Values.volumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with .Values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.topologySpreadConstraints }}
      topologySpreadConstraints:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end -}}
{{- end -}}
