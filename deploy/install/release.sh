# Part of deploy/install.sh: a release, and the switch from one to another.
# shellcheck shell=bash

# The committed files (or, without git, all files), with a virtual environment of their own
git_there() { [ -e "$CHECKOUT/.git" ] && command -v git >/dev/null; }
# As the owner of the checkout: git refuses to work for others, and pulling needs the owner's key.
as_owner() { local owner; owner=$(stat -c %U "$CHECKOUT"); if [ "$owner" = "$(id -un)" ]; then "$@"; else runuser -u "$owner" -- "$@"; fi; }
tree() {
  if git_there; then as_owner git -C "$CHECKOUT" archive HEAD
  else
    tar -C "$CHECKOUT" --sort=name --owner=0 --group=0 --exclude=./.git --exclude=./.env --exclude=./.venv --exclude=./node_modules --exclude=./data \
      --exclude=./demo --exclude=__pycache__ --exclude='./.*_cache' -c .
  fi
}
identify() { if git_there; then as_owner git -C "$CHECKOUT" rev-parse --short=12 HEAD; else tree | sha256sum | cut -c1-12; fi; }
release_there() { [ -e "$RELEASE/.installed" ]; }
release() {
  mkdir -p "$RELEASE"
  tree | tar -x --no-same-owner -C "$RELEASE"
  # the same packages as in the current release need not be downloaded again
  if [ -L "$CURRENT" ] && cmp -s "$CURRENT/requirements.txt" "$RELEASE/requirements.txt" && [ ! -e "$RELEASE/.venv" ]; then
    cp -a "$CURRENT/.venv" "$RELEASE/.venv"
  fi
  "$RELEASE/scripts/setup"
  # keep in the next release what is optional
  for extra in faces catalogue looks styles; do
    if [ -e "$CURRENT/.venv/.requirements-$extra.txt.sha256" ]; then "$RELEASE/scripts/setup" "--$extra"; fi
  done
  "$RELEASE/.venv/bin/python" -m compileall -q -j 0 "$RELEASE/app" "$RELEASE/deploy"
  # packages may have files for other Pythons
  "$RELEASE/.venv/bin/python" -m compileall -qq -j 0 "$RELEASE/.venv/lib" >/dev/null || true
  ln -sfn "$ETC/.env" "$RELEASE/.env"
  chown -R root:root "$RELEASE"
  chmod -R go+rX,go-w "$RELEASE"
  touch "$RELEASE/.installed"
}
can_start() { # whether the release can start, checked as the service does; says why not
  local check=app.web.preflight
  [ -e "$1/app/web/preflight.py" ] || check=app.starting # its name in release 0.1.0
  (cd "$1" && MAGICK_CONFIGURE_PATH=$1/deploy/imagemagick as_collagen .venv/bin/python -m $check)
}
switch_to() { ln -sfn "$1" "$CURRENT.new" && mv -T "$CURRENT.new" "$CURRENT"; }
switched() { [ -L "$CURRENT" ]; }
switch() { switch_to "$RELEASE"; }

answer() { # waits until /health is ok; fails with what it says
  "$CURRENT/.venv/bin/python" - "$1" <<'PYTHON'
import sys, time, urllib.error, urllib.request
said, end = "nothing", time.monotonic() + float(sys.argv[1])
while True:
    try:
        with urllib.request.urlopen("http://127.0.0.1:8000/health", timeout=20) as answer:
            sys.exit(0)
    except urllib.error.HTTPError as error:
        said = error.read().decode()
    except OSError as error:
        said = str(error)
    if time.monotonic() > end:
        sys.exit(f"         /health says: {said.strip()}")
    time.sleep(0.5)
PYTHON
}
UNITS=(collagen.socket collagen.service collagen-sync.timer collagen-looks.timer)
running() { local unit; for unit in "${UNITS[@]}"; do systemctl -q is-active "$unit" || return 1; done; }
start() { systemctl start "${UNITS[@]}"; }
restart() { # with all files of the release $1; fails if it is not healthy then
  RELEASE=$1
  HOST=$(sed -n '/^ *server_name \([a-z0-9.-]*\);/ {s//\1/p; q}' $SITE) # not that of the default server
  local before; before=$(readlink $CURRENT)
  switch_to "$1" && { files_there || put_files; } || return 1
  change_units "$before"
  systemd_runs || { say "Nothing is running here, so nothing is restarted."; return 0; }
  nginx -tq && systemctl reload nginx || return 1
  systemctl -q is-active collagen.service || { say "The service is not running; sudo systemctl start collagen"; return 0; }
  systemctl try-restart collagen-worker.service 'collagen-looks-worker@*.service' 'collagen-watch@*.service'
  systemctl restart collagen.service && answer 30
}
tidy() { # keeps the newest releases, the current and the previous one
  local old; for old in $(ls -1dt "$RELEASES"/*/.installed | tail -n +$((KEEP + 1))); do
    old=$(dirname "$old")
    [ "$old" = "$(readlink $CURRENT)" ] || [ "$old" = "$(readlink $PREVIOUS)" ] || { say "Removed the old release ${old##*/}."; rm -rf "$old"; }
  done
}
change_to() { # from the current release to $1, and back if that is not healthy
  local before; before=$(readlink $CURRENT)
  can_start "$1" || { say "The release ${1##*/} cannot start; ${before##*/} keeps running." >&2; return 1; }
  if restart "$1"; then
    ln -sfn "$before" $PREVIOUS
    say "${1##*/} is running; before it was ${before##*/}."
  else
    say "The release ${1##*/} is not healthy; back to ${before##*/}." >&2
    restart "$before" || say "${before##*/} is not healthy either: journalctl -u collagen" >&2
    return 1
  fi
}
