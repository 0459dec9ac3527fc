# shellcheck shell=bash
# What only looks, for driven.sh, which sources it: discovery, monitors, logs.
# shellcheck disable=SC2317 # checks are called by name

# --- Prometheus ---

prometheus() { # CONFIGURATION
  sed "s|GATE|$GATE|" "$HERE/driven/$1" >"$WORK/$1"
  launch prometheus 60 "$TOOLS/usr/bin/prometheus" --config.file="$WORK/$1" --storage.tsdb.path="$WORK/data" \
    --web.listen-address="127.0.0.1:$PROMETHEUS_PORT"
}

found() { curl -s -m 2 "http://127.0.0.1:$PROMETHEUS_PORT/api/v1/targets" | tee "$WORK/targets" | grep "$1"; }

finds_what_asks() { prometheus prometheus.yaml && await 20 found "$RUN-web"; }
finds_no_other() { ! grep -q "$RUN-vault" "$WORK/targets"; }

drive_prometheus() {
  PROMETHEUS_PORT=$(free_port)
  check "prometheus finds what asks for it" finds_what_asks
  check "prometheus finds no other" finds_no_other
  check "prometheus is denied nothing" nothing_denied
  check "prometheus not inspect" stopped ContainerInspect asks GET "/containers/$RUN-web/json"
  check "prometheus not sizes" stopped query.size asks GET '/containers/json?size=1'
  check "prometheus not stop" stopped ContainerStop asks POST "/containers/$RUN-web/stop"
}

a_swarm() {
  direct swarm init --advertise-addr 192.0.2.2 && direct network create -d overlay "$RUN-overlay" &&
    a_service "$RUN-seen" -l prometheus.scrape=true && a_service "$RUN-unseen"
}

a_service() { # NAME ARGUMENT...
  local name=$1
  shift
  direct service create -q -d --name "$name" -e "PASSWORD=$SECRET" --network "$RUN-overlay" -p 80 "$@" busybox sleep 600
}

finds_the_swarm() { prometheus prometheus-swarm.yaml && await 30 all_roles; }
all_roles() { found '"scrapePool":"nodes"' && found "service_name\":\"$RUN-seen" && found '"scrapePool":"tasks"'; }
finds_no_other_service() { ! grep '"scrapePool":"services"' "$WORK/targets" | grep "$RUN-unseen"; }
tokens_stay() { stopped SwarmInspect gated swarm join-token -q worker; }

# Networks of a swarm are not among those that `everything` compares: it is made before and left after.
drive_prometheus_swarm() {
  PROMETHEUS_PORT=$(free_port)
  check "prometheus-swarm has a swarm" a_swarm
  check "prometheus-swarm finds nodes, services, tasks" finds_the_swarm
  check "prometheus-swarm finds no other service" finds_no_other_service
  check "prometheus-swarm is denied nothing" nothing_denied
  check "prometheus-swarm not the tokens" stopped SwarmInspect asks GET /swarm
  check "prometheus-swarm not secrets" stopped SecretList gated secret ls
  check "prometheus-swarm not the end of a service" service_stays
  end_launched
  direct service rm "$RUN-seen" "$RUN-unseen" >/dev/null
  direct swarm leave --force >/dev/null
}

service_stays() {
  stopped ServiceDelete asks DELETE "/services/$RUN-seen" && direct service inspect "$RUN-seen"
}

# --- Zabbix agent 2 ---

zabbix() { # ITEM
  timeout 30 "$TOOLS/usr/sbin/zabbix_agent2" -c "$WORK/zabbix.conf" -t "$1" | tee -a "$WORK/items" | grep -F '[s|' | grep -v '\[m|ZBX'
}

zabbix_items() {
  local item
  printf 'Server=127.0.0.1\nPlugins.Docker.Endpoint=%s\n' "$GATE" >"$WORK/zabbix.conf"
  for item in docker.ping docker.info docker.containers 'docker.containers.discovery[false]' docker.images \
    docker.images.discovery docker.data_usage "docker.container_info[$RUN-web]" "docker.container_info[$RUN-web,full]" \
    "docker.container_stats[$RUN-web]"; do
    zabbix "$item" || { echo "$item" && return 1; }
  done
}

zabbix_reads_state() { grep 'container_info.*"Status":"running"' "$WORK/items"; }

drive_zabbix_agent2() {
  check "zabbix-agent2 has its ten items" zabbix_items
  check "zabbix-agent2 reads the state" zabbix_reads_state
  check "zabbix-agent2 sees no variables" no_secret "$WORK/items"
  check "zabbix-agent2 is denied nothing" nothing_denied
  check "zabbix-agent2 not a stream" stopped query.stream asks GET "/containers/$RUN-web/stats"
  check "zabbix-agent2 not logs" stopped ContainerLogs gated logs "$RUN-web"
  check "zabbix-agent2 not exec" stopped ContainerExec gated exec "$RUN-web" touch /x
  check "zabbix-agent2 not restart" stopped ContainerRestart gated restart "$RUN-web"
}

# --- CrowdSec ---

crowdsec_settings() {
  mkdir -p "$WORK/crowdsec/data"
  cp -r "$TOOLS/etc/crowdsec/patterns" "$TOOLS/etc/crowdsec/profiles.yaml" "$TOOLS/etc/crowdsec/simulation.yaml" "$WORK/crowdsec"
  touch "$WORK/crowdsec/console.yaml"
  API_PORT=$(free_port) METRICS_PORT=$(free_port)
  sed "s|WORK|$WORK/crowdsec|; s|TOOLS|$TOOLS|; s|API_PORT|$API_PORT|; s|METRICS_PORT|$METRICS_PORT|" \
    "$HERE/driven/crowdsec.yaml" >"$WORK/crowdsec/config.yaml"
  sed "s|GATE|$GATE|; s|RUN|$RUN|" "$HERE/driven/crowdsec-acquis.yaml" >"$WORK/crowdsec/acquis.yaml"
  "$TOOLS/usr/bin/cscli" -c "$WORK/crowdsec/config.yaml" machines add driven --auto -f "$WORK/crowdsec/credentials.yaml"
}

crowdsec_reads_lines() {
  launch crowdsec 60 "$TOOLS/usr/bin/crowdsec" -c "$WORK/crowdsec/config.yaml"
  await 40 lines_are_read
}
lines_are_read() { curl -s -m 2 "http://127.0.0.1:$METRICS_PORT/metrics" | grep "^cs_docker.*$RUN-web.* [1-9]"; }
reads_no_other() { ! grep -q "$RUN-vault" "$WORK/crowdsec.log"; }

drive_crowdsec() {
  check "crowdsec is set up" crowdsec_settings
  check "crowdsec reads the log of what it watches" crowdsec_reads_lines
  check "crowdsec reads no other" reads_no_other
  check "crowdsec is denied nothing" nothing_denied
  check "crowdsec not the log of another" unseen gated logs "$RUN-vault"
  check "crowdsec not stop" stopped ContainerStop gated stop -t 0 "$RUN-web"
  check "crowdsec not files" stopped ContainerArchive gated cp "$RUN-web:/etc/passwd" "$WORK/passwd"
}

# --- Netdata, runlike, Glances, Homepage ---

netdata_asks() { # CONTAINER
  local id
  id=$(direct inspect -f '{{.Id}}' "$1")
  DOCKER_HOST=$GATE bash "$TOOLS/usr/lib/netdata/plugins.d/cgroup-name.sh" "/docker/$id" "docker_$id" 2>"$WORK/said"
}

netdata_has_the_name() { [ "$(netdata_asks "$RUN-web")" = "$RUN-web" ]; }

drive_netdata() {
  check "netdata has the name" netdata_has_the_name
  check "netdata is denied nothing" nothing_denied
  check "netdata sees nothing else" sees_only_the_name
  check "netdata not a list" stopped ContainerList gated ps
  check "netdata not logs" stopped ContainerLogs gated logs "$RUN-web"
}

sees_only_the_name() {
  gated inspect "$RUN-web" >"$WORK/inspected" && no_secret "$WORK/inspected" && ! grep -q prometheus.scrape "$WORK/inspected"
}

runlike() { DOCKER_HOST=$GATE timeout 30 "$TOOLS/venv/bin/runlike" "$RUN-web" >"$WORK/line" && grep "docker run --name=$RUN-web .*busybox" "$WORK/line"; }

drive_runlike() {
  check "runlike prints the line" runlike
  check "runlike sees no variables" no_secret "$WORK/line"
  check "runlike is denied nothing" nothing_denied
  check "runlike not what it prints" stopped ContainerCreate gated create --name "$RUN-no" busybox
  check "runlike not the variables" stopped ContainerExec gated exec "$RUN-web" env
}

glances() {
  DOCKER_HOST=$GATE timeout 40 "$TOOLS/venv/bin/glances" --time 2 --stdout containers --stop-after 4 >"$WORK/usage" 2>&1
  grep -o "'$RUN-web'.*" "$WORK/usage" | grep "'memory_usage': [1-9]"
}

drive_glances() {
  check "glances shows usage" glances
  check "glances sees no variables" no_secret "$WORK/usage"
  check "glances is denied nothing" nothing_denied
  check "glances not processes" stopped ContainerTop gated top "$RUN-web"
  check "glances not stop" stopped ContainerStop gated stop -t 0 "$RUN-web"
}

dockerode() { NODE_PATH=$TOOLS/node/node_modules timeout 30 node "$HERE/driven/dockerode.js" "$WORK/gate.sock" "$RUN-web" "$@"; }
dockerode_reads() { dockerode read >"$WORK/page" && grep "$RUN-web running [1-9]" "$WORK/page"; }

drive_homepage() {
  check "homepage reads status and usage" dockerode_reads
  check "homepage sees no variables" no_secret "$WORK/page"
  check "homepage is denied nothing" nothing_denied
  check "homepage not restart" stopped ContainerRestart dockerode restart
  check "homepage not exec" stopped ContainerExec dockerode exec
}
