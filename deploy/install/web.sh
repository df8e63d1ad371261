# Part of deploy/install.sh: files in the system's directories: units, nginx site, certificate.
# shellcheck shell=bash

# nginx 1.25.1 deprecated `listen … http2`, the only form that older versions know.
http2_directive() {
  local version; version=$(nginx -v 2>&1 | sed -n 's|^nginx version: nginx/\([0-9.]*\).*|\1|p')
  printf '%s\n' 1.25.1 "$version" | sort -CV
}
SYSTEM=/etc/systemd/system
# From the release, so that an upgrade updates them.
site() {
  local edits=(-e "s/collagen\.example\.org/$HOST/g")
  [ -e /proc/net/if_inet6 ] || edits+=(-e '/listen \[::\]/d') # without IPv6 nginx could not listen there
  if http2_directive; then edits+=(-e 's/^\( *\)listen 443 ssl http2;/\1http2 on;\n\1listen 443 ssl;/' -e 's/ ssl http2\(;\| default_server;\)/ ssl\1/'); fi
  sed "${edits[@]}" "$1/deploy/nginx/collagen.conf"
}
files() { # from, to, mode
  printf '%s\n' "$1/deploy/collagen /usr/local/bin/collagen 0755" "$1/deploy/systemd/collagen.tmpfiles.conf /etc/tmpfiles.d/collagen.conf 0644"
  local unit; for unit in "$1"/deploy/systemd/*.{socket,service,timer}; do echo "$unit $SYSTEM/${unit##*/} 0644"; done
}
files_there() {
  site "$RELEASE" | cmp -s - $SITE || return 1
  local from to mode; while read -r from to mode; do cmp -s "$from" "$to" || return 1; done < <(files "$RELEASE")
}
put_files() {
  local from to mode; while read -r from to mode; do install -D -m "$mode" "$from" "$to"; done < <(files "$RELEASE")
  site "$RELEASE" >$SITE.new && mv $SITE.new $SITE
  # it stops at a directory of the store that belongs to another user; the doctor finds that
  systemd-tmpfiles --create /etc/tmpfiles.d/collagen.conf || say "         Not all permissions could be set: sudo collagen doctor"
  ! systemd_runs || systemctl daemon-reload
}

# What the release $1, which ran before, and this one do not share: a timer that is new starts if the service is enabled
# here, and units that are no more are removed, because this release would not know what they start.
change_units() {
  local unit
  for unit in "$1"/deploy/systemd/*.{socket,service,timer}; do
    unit=${unit##*/}
    [ ! -e "$RELEASE/deploy/systemd/$unit" ] || continue
    ! systemd_runs || systemctl -q stop "${unit/@./@*.}"
    systemctl -q disable "$unit" 2>/dev/null
    rm -f "$SYSTEM/$unit"
  done
  for unit in "$RELEASE"/deploy/systemd/*.timer; do
    unit=${unit##*/}
    [ ! -e "$1/deploy/systemd/$unit" ] && systemctl -q is-enabled collagen.service || continue
    systemctl -q enable "$unit"
    ! systemd_runs || systemctl start "$unit"
  done
  ! systemd_runs || systemctl daemon-reload
}

LIVE=''
placeholder_there() { [ -e $ETC/tls/fullchain.pem ] && [ -e $ETC/tls/privkey.pem ]; }
placeholder() {
  install -d -m 0700 $ETC/tls
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$HOST" \
    -addext "subjectAltName=DNS:$HOST" -keyout $ETC/tls/self-signed.key -out $ETC/tls/self-signed.pem 2>/dev/null
  ln -sfn self-signed.pem $ETC/tls/fullchain.pem
  ln -sfn self-signed.key $ETC/tls/privkey.pem
}
certificate_there() { [ -e "$LIVE/fullchain.pem" ] && [ "$(readlink $ETC/tls/fullchain.pem)" = "$LIVE/fullchain.pem" ]; }
certificate() {
  systemd_runs || { say "         Not now: no nginx is running here to prove the name."; return; }
  certbot certonly --webroot -w /var/lib/collagen/acme -d "$HOST" -m "$EMAIL" --agree-tos --non-interactive --quiet \
    --keep-until-expiring --deploy-hook "systemctl reload nginx" ||
    { say "         Let's Encrypt issued none; until it does (run this again), the certificate is self-signed."; return; }
  ln -sfn "$LIVE/fullchain.pem" $ETC/tls/fullchain.pem
  ln -sfn "$LIVE/privkey.pem" $ETC/tls/privkey.pem
  systemctl reload nginx
}

# nginx needs two connections per request, and Debian allows 768 in each of its processes.
CONNECTIONS=4096 FILES=/etc/nginx/modules-enabled/90-collagen.conf
connections_there() { grep -q "worker_connections $CONNECTIONS;" /etc/nginx/nginx.conf && [ -e $FILES ]; }
connections() {
  sed -i "s/^\([[:space:]]*worker_connections\) [0-9]*;/\1 $CONNECTIONS;/" /etc/nginx/nginx.conf
  echo "worker_rlimit_nofile $((4 * CONNECTIONS));" >$FILES
}

ENABLED=(collagen.socket collagen.service collagen-sync.timer collagen-looks.timer nginx.service)
enabled() {
  [ -L /etc/nginx/sites-enabled/collagen ] && [ ! -L /etc/nginx/sites-enabled/default ] || return 1
  local unit; for unit in "${ENABLED[@]}"; do systemctl -q is-enabled "$unit" || return 1; done
}
enable() {
  ln -sfn $SITE /etc/nginx/sites-enabled/collagen
  rm -f /etc/nginx/sites-enabled/default # Debian's welcome page
  nginx -tq || die "nginx refuses the site at $SITE."
  systemctl -q enable "${ENABLED[@]}" 2>/dev/null
  ! systemd_runs || systemctl reload-or-restart nginx
}

