//! Each preset, its images, and the tier below it.

use super::Preset;

macro_rules! presets {
    ($($name:literal [$($image:literal),*] $($below:literal)?;)*) => {
        /// Every preset, the narrowest of a program first.
        pub static PRESETS: &[Preset] = &[$(Preset {
            name: $name,
            text: include_str!(concat!("../../policies/", $name, ".yaml")),
            images: &[$($image),*],
            wider_than: [$(Some($below),)? None][0],
        }),*];
    };
}

presets! {
    "monitor" [];
    "reads" [];
    "logs" [];
    "start-stop" [];
    "everything" [];
    "no-builds" [];
    "no-swarm" [];
    "compose" [];
    "testcontainers" [];
    "ci-runner" [];
    "ci-host" [];
    "agent-sandbox" [];
    "two-teams" [];
    "traefik" ["traefik"];
    "watchtower" ["containrrr/watchtower", "nickfedor/watchtower", "nicholas-fedor/watchtower", "beatkind/watchtower"];
    "homelab/autoheal" ["willfarrell/autoheal"];
    "homelab/backup" ["offen/docker-volume-backup"];
    "homelab/diun" ["crazymax/diun", "getwud/wud", "fmartinou/whats-up-docker"];
    "homelab/docker-gen" ["nginxproxy/nginx-proxy", "nginxproxy/docker-gen", "jwilder/nginx-proxy", "jwilder/docker-gen"];
    "homelab/dozzle" ["amir20/dozzle"];
    "homelab/glances" ["nicolargo/glances"];
    "homelab/homepage" ["gethomepage/homepage"];
    "homelab/uptime-kuma" ["louislam/uptime-kuma"];
    "tools/acme-companion" ["nginxproxy/acme-companion"];
    "tools/acme-companion-exec" [] "tools/acme-companion";
    "tools/act-runner" ["gitea/act_runner", "forgejo/runner"];
    "tools/alloy" ["grafana/alloy", "grafana/promtail"];
    "tools/ansible" [];
    "tools/ansible-manage" [] "tools/ansible";
    "tools/arcane" ["getarcaneapp/arcane", "ofkm/arcane"];
    "tools/arcane-manage" [] "tools/arcane";
    "tools/authentik" ["goauthentik/server"];
    "tools/beszel" ["henrygd/beszel-agent", "henrygd/beszel/beszel-agent"];
    "tools/caddy-docker-proxy" ["lucaslorentz/caddy-docker-proxy"];
    "tools/caddy-docker-proxy-swarm" [] "tools/caddy-docker-proxy";
    "tools/coder" ["coder/coder"];
    "tools/crowdsec" ["crowdsecurity/crowdsec"];
    "tools/deunhealth" ["qmcgaw/deunhealth"];
    "tools/devcontainers" [];
    "tools/wud-update" [] "homelab/diun";
    "tools/docker-cli-read" [];
    "tools/docker-cli-manage" [] "tools/docker-cli-read";
    "tools/docker-custodian" [];
    "tools/dockerspawner" ["jupyterhub/jupyterhub"];
    "tools/dockge" ["louislam/dockge"];
    "tools/dockhand" ["fnsys/dockhand"];
    "tools/dockhand-manage" [] "tools/dockhand";
    "tools/dozzle-actions" [] "homelab/dozzle";
    "tools/dozzle-shell" [] "homelab/dozzle";
    "tools/github-runner" ["myoung34/github-runner", "actions/actions-runner"];
    "tools/gitlab-runner" ["gitlab/gitlab-runner", "gitlab-org/gitlab-runner"];
    "tools/homarr" ["ajnart/homarr", "homarr-labs/homarr"];
    "tools/homarr-manage" [] "tools/homarr";
    "tools/home-assistant" ["homeassistant/home-assistant", "home-assistant/home-assistant"];
    "tools/home-assistant-actions" [] "tools/home-assistant";
    "tools/jenkins" ["jenkins/jenkins"];
    "tools/komodo" ["moghtech/komodo-periphery"];
    "tools/loggifly" ["clemcer/loggifly"];
    "tools/loggifly-actions" [] "tools/loggifly";
    "tools/netdata" ["netdata/netdata"];
    "tools/nextcloud-appapi" ["nextcloud/all-in-one", "nextcloud-releases/all-in-one"];
    "tools/ofelia" ["mcuadros/ofelia", "netresearch/ofelia"];
    "tools/ofelia-run" [] "tools/ofelia";
    "tools/portainer" ["portainer/portainer-ce", "portainer/portainer-ee", "portainer/agent"];
    "tools/portainer-manage" [] "tools/portainer";
    "tools/pre-commit" [];
    "tools/prometheus" ["prom/prometheus", "prometheus/prometheus"];
    "tools/prometheus-swarm" [] "tools/prometheus";
    "tools/renovate" ["renovate/renovate", "renovatebot/renovate"];
    "tools/runlike" [];
    "tools/ryuk" ["testcontainers/ryuk"];
    "tools/sablier" ["sablierapp/sablier", "acouvreur/sablier"];
    "tools/sablier-pause" [] "tools/sablier";
    "tools/swag-auto-uptime-kuma" ["linuxserver/swag"];
    "tools/swag-ondemand" [] "tools/swag-auto-uptime-kuma";
    "tools/swarm-cronjob" ["crazymax/swarm-cronjob"];
    "tools/telegraf" ["telegraf"];
    "tools/telegraf-logs" [] "tools/telegraf";
    "tools/traefik-logrotate" [] "traefik";
    "tools/traefik-swarm" [] "traefik";
    "tools/trivy" ["aquasec/trivy", "aquasecurity/trivy"];
    "tools/tsdproxy" ["almeidapaulopt/tsdproxy"];
    "tools/vector" ["timberio/vector"];
    "tools/yacht" ["selfhostedpro/yacht"];
    "tools/yacht-manage" [] "tools/yacht";
    "tools/zabbix-agent2" ["zabbix/zabbix-agent2"];
}
