# Part of deploy/install.sh: packages, user, settings, store.
# shellcheck shell=bash

# scripts/setup installs what Collagen itself needs (Python, exiftool, ImageMagick) with the release.
PACKAGES=(nginx openssl logrotate gpg) # gpg: for backups, see docs/operations.md
packages_there() { dpkg-query -W -f='${db:Status-Status}\n' "${PACKAGES[@]}" 2>/dev/null | grep -cx installed | grep -qx "${#PACKAGES[@]}"; }
packages() {
  export DEBIAN_FRONTEND=noninteractive
  systemd_runs || export RUNLEVEL=1 # or nginx would start in a chroot
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${PACKAGES[@]}" >/dev/null
}

user_there() { id collagen >/dev/null && id -nG www-data | grep -qw collagen; }
user() {
  id collagen >/dev/null 2>&1 || useradd --system --user-group --home-dir /var/lib/collagen --no-create-home --shell /usr/sbin/nologin collagen
  usermod -aG collagen www-data # nginx sends files of the store
}

# https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-nfs-mount-settings.html; nofail: the machine starts without it, too
EFS_OPTIONS=nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport,_netdev,nofail
settings_there() { [ -e $ETC/.env ]; }
settings() {
  install -d -m 0750 -o root -g collagen $ETC
  local made; made=$(mktemp -p $ETC)
  sed -e "s|^CLOUDINARY_URL=|#&|" -e "s|^#\(COLLAGEN_SECRET_KEY=\).*|\1$(openssl rand -hex 32)|" \
      -e "s|^#\(COLLAGEN_ADMIN_PASSWORD=\).*|\1$(openssl rand -base64 24)|" \
      -e "s|^#\(COLLAGEN_STORE=\).*|\1$STORE|" -e "s|^#\(COLLAGEN_CAMPAIGNS=\).*|\1$ETC/campaigns.toml|" \
      -e "s|^#\(COLLAGEN_LOOKS=\).*|\1$ETC/looks.toml|" -e "s|^#\(COLLAGEN_MODELS=\).*|\1$MODELS|" \
      -e "s|^#\(COLLAGEN_PUBLIC_URL=\).*|\1https://$HOST|" "$RELEASE/.env.example" >"$made"
  chown collagen:collagen "$made" && chmod 0600 "$made" && mv "$made" $ETC/.env
}
campaigns_there() { [ -e $ETC/campaigns.toml ]; }
campaigns() { install -m 0600 -o collagen -g collagen "$RELEASE/campaigns.toml" $ETC/campaigns.toml; }

mount_line_there() { grep -q "^[^#]*[[:space:]]$STORE[[:space:]]" /etc/fstab; }
mount_line() {
  mkdir -p $STORE
  [ -z "$(ls -A $STORE)" ] || mounted || die "$STORE has files in it, which the mounted file system would hide: move them away first."
  mountpoint -q $STORE || { chmod 0000 $STORE && chattr +i $STORE 2>/dev/null || true; } # so that nothing is written there while it is not mounted
  local at=$EFS; [[ $at == *:/* ]] || at=$at:/
  printf '%s %s nfs4 %s 0 0\n' "$at" $STORE $EFS_OPTIONS >>/etc/fstab
}
mounted() { mountpoint -q $STORE; }
mount_store() {
  if systemd_runs; then systemctl daemon-reload; mount $STORE || say "         It cannot be mounted now; run this again later."
  else say "         Not mounted: systemd is not running here."; fi
}
store_there() { [ -e $STORE/.collagen ]; }
prototype_there() { ! store_there && compgen -G "$STORE/*/approved" >/dev/null; } # see docs/moving-in.md
store() {
  if mount_line_there && ! mounted; then say "         Not yet: the file system is not mounted."; return; fi
  if prototype_there; then say "         Not here: this is the first prototype's store, which stays as it is."; return; fi
  mkdir -p $STORE
  [ -z "$(ls -A $STORE)" ] || die "$STORE has files in it but no marker .collagen: it is not a Collagen store. Is the right file system mounted?"
  chown collagen:collagen $STORE && chmod 0750 $STORE
  (cd "$RELEASE" && as_collagen .venv/bin/python -m app init)
}
store_is_ours() { # machines that share the store must use the same number for its owner
  ! store_there || [ "$(stat -c %u $STORE/.collagen)" = "$(id -u collagen)" ] ||
    die "The store belongs to user $(stat -c %u $STORE/.collagen), but here collagen is $(id -u collagen): usermod -u and groupmod -g make them the same."
}

