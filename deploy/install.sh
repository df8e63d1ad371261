#!/usr/bin/env bash
# Installs Collagen on this machine from this checkout. Debian 12 and later, Ubuntu 22.04 and 24.04.
#
#   sudo deploy/install.sh --host collagen.example.org --email you@example.org
#        --host NAME      public name of this machine; its DNS entry points here
#        --email ADDRESS  where Let's Encrypt sends a warning before a certificate expires
#        --efs NAME       put the store on this Amazon EFS (fs-….efs.<region>.amazonaws.com), mounted at /srv/collagen;
#                         NAME:/DIRECTORY puts it into a directory that exists there
#        --self-signed    no certificate from Let's Encrypt: for trials, or if TLS ends in front of this machine
#   sudo deploy/install.sh --upgrade     pulls if the checkout has an upstream, and switches to the checkout's release
#   sudo deploy/install.sh --rollback    switches to the previous release
#        --dry-run        only says what any of these would do
#
# Can be run again at any time: each step says what it changes, or that it is done already. It never touches existing
# /etc/collagen/.env and /etc/collagen/campaigns.toml.
set -euo pipefail
umask 022

CHECKOUT=$(cd -P "$(dirname "$0")/.." && pwd)
RELEASES=/opt/collagen/releases CURRENT=/opt/collagen/current PREVIOUS=/opt/collagen/previous
ETC=/etc/collagen STORE=/srv/collagen MODELS=/var/lib/collagen/models SITE=/etc/nginx/sites-available/collagen
KEEP=3 # releases
HOST='' EMAIL='' EFS='' SELF_SIGNED='' DRY='' DO=install

help() { sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "$0"; }
die() { echo "$*" >&2; exit 1; }
wrong() { echo "$* (See deploy/install.sh --help.)" >&2; exit 2; }
say() { printf '%s\n' "$*"; }

# step "description" is_done do_it: does it unless it is done already
step() {
  if "$2" 2>/dev/null; then say "  done   $1"
  elif [ -n "$DRY" ]; then say "  would  $1"
  else say "  now    $1"; "$3"; fi
}

arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      --host | --email | --efs)
        [ $# -ge 2 ] && [[ $2 != -* ]] || wrong "$1 needs a value."
        case $1 in --host) HOST=$2 ;; --email) EMAIL=$2 ;; --efs) EFS=$2 ;; esac
        shift ;;
      --self-signed) SELF_SIGNED=yes ;;
      --upgrade | --rollback) [ "$DO" = install ] || wrong "--upgrade or --rollback, not both."; DO=${1#--} ;;
      --dry-run) DRY=yes ;;
      --help | -h) help; exit 0 ;;
      *) wrong "${1@Q} is not an option." ;;
    esac
    shift
  done
  if [ "$DO" = install ]; then
    [ -n "$HOST" ] || wrong "--host is missing: the public name of this machine, such as collagen.example.org."
    [[ $HOST =~ ^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$ ]] || wrong "${HOST@Q} is not a host name."
    [[ -z $EFS || $EFS =~ ^[a-z0-9.-]+(:(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+)?$ ]] || wrong "${EFS@Q} is not the name of a file system."
    [[ -n $EMAIL || -n $SELF_SIGNED ]] || wrong "--email is missing: Let's Encrypt sends a warning there before a certificate expires."
  else
    [ -z "$HOST$EMAIL$EFS$SELF_SIGNED" ] || wrong "--$DO takes no other option than --dry-run."
    [ -n "$DRY" ] || [ -L "$CURRENT" ] || die "There is nothing to $DO: Collagen is not installed here."
  fi
}

systemd_runs() { [ -d /run/systemd/system ]; }
as_collagen() { runuser -u collagen -- "$@"; }
release_of() { basename "$(readlink "$1")"; }

# what each step does
for part in machine release web; do
  # shellcheck source=/dev/null
  . "$CHECKOUT/deploy/install/$part.sh"
done

install_all() {
  [ -n "$SELF_SIGNED" ] || PACKAGES+=(certbot)
  [ -z "$EFS" ] || PACKAGES+=(nfs-common)
  LIVE=/etc/letsencrypt/live/$HOST
  # only --upgrade changes an existing installation, because it checks whether the new release is healthy
  if [ -L "$CURRENT" ]; then RELEASE=$(readlink $CURRENT); else RELEASE=$RELEASES/$(identify); fi
  step "packages: ${PACKAGES[*]}" packages_there packages
  step "user and group collagen, to which nginx's user belongs, too" user_there user
  step "release ${RELEASE##*/} in $RELEASES, with its own Python packages" release_there release
  step "$CURRENT points to it" switched switch
  step "settings in $ETC/.env, with new secrets" settings_there settings
  step "campaigns in $ETC/campaigns.toml" campaigns_there campaigns
  if [ -n "$EFS" ]; then
    step "$EFS in /etc/fstab, for $STORE" mount_line_there mount_line
    step "$STORE is mounted" mounted mount_store
  fi
  step "store in $STORE" store_there store
  [ -n "$DRY" ] || store_is_ours
  step "self-signed certificate in $ETC/tls, so that nginx can start" placeholder_there placeholder
  step "systemd units, nginx site, the command collagen" files_there put_files
  step "nginx accepts $CONNECTIONS connections in each of its processes" connections_there connections
  step "enabled: ${ENABLED[*]}; disabled: Debian's welcome page" enabled enable
  [ -n "$SELF_SIGNED" ] || step "certificate from Let's Encrypt for $HOST" certificate_there certificate
  if prototype_there; then
    say "" "$STORE holds the first prototype's store, which stays as it is; nothing is started." \
      "Next: give Collagen a store of its own and take the old one over. $CHECKOUT/docs/moving-in.md says how."
    return 0
  fi
  [ -z "$DRY" ] || return 0
  if ! systemd_runs; then
    say "systemd is not running here: everything is enabled, nothing is started."
  elif running && answer 30; then
    say "Collagen is running: https://$HOST/health"
  elif can_start "$RELEASE"; then
    step "Collagen is started" running start
    answer 30 && say "Collagen is running: https://$HOST/health"
  else
    say "" "Next: put your settings into $ETC/.env (CLOUDINARY_URL at least) and your campaigns into $ETC/campaigns.toml, then" \
      "  sudo collagen doctor" "  sudo systemctl start collagen.socket collagen.service collagen-sync.timer collagen-looks.timer" \
      "  sudo collagen connect --apply" \
      "The admin password is in $ETC/.env, too."
  fi
}

upgrade() {
  if git_there && as_owner git -C "$CHECKOUT" rev-parse -q --verify '@{upstream}' >/dev/null 2>&1 && [ -z "${PULLED:-}" ]; then
    if [ -n "$DRY" ]; then say "  would  pull"; else
      as_owner git -C "$CHECKOUT" pull -q --ff-only || die "git cannot pull; the current release keeps running."
      PULLED=yes exec "$0" --upgrade # as it is now
    fi
  fi
  RELEASE=$RELEASES/$(identify)
  [ "$RELEASE" != "$(readlink $CURRENT)" ] || { say "${RELEASE##*/} is running already."; return; }
  step "release ${RELEASE##*/}, beside the current one" release_there release
  if [ -n "$DRY" ]; then say "  would  check whether it can start, restart with it, and go back if it is not healthy"; return; fi
  local new=$RELEASE
  change_to "$new" || { rm -rf "$new"; exit 1; }
  tidy
}

rollback() {
  [ -L $PREVIOUS ] && [ -d $PREVIOUS/ ] || die "There is no previous release."
  if [ -n "$DRY" ]; then say "  would  restart with $(release_of $PREVIOUS) in place of $(release_of $CURRENT)"; return; fi
  change_to "$(readlink $PREVIOUS)"
}

main() {
  arguments "$@"
  if [ -z "$DRY" ]; then
    [ "$(id -u)" = 0 ] || die "Please run this as root: sudo $0 $*"
    exec 9>/run/collagen-install.lock
    flock -n 9 || die "Another installation is running."
  fi
  grep -qsE '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release || die "This is for Debian and Ubuntu."
  case $DO in install) install_all ;; upgrade) upgrade ;; rollback) rollback ;; esac
}

main "$@"
exit
