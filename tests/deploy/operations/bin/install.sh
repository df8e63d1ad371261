#!/usr/bin/env bash
# deploy/install.sh --host NAME --efs FILE-SYSTEM: only what the commands after it need; deploy/ has tests of its own
. "${0%/*}/common"
[ $# = 4 ] && [ "$1" = --host ] && [ "$3" = --efs ] || refuse "$@"
mkdir -p "$SANDBOX/etc/collagen" "$SANDBOX/srv/collagen"
echo "$4:/ /srv/collagen nfs4 nfsvers=4.1,hard,_netdev 0 0" > "$SANDBOX/etc/fstab"
mount "$SANDBOX/srv/collagen"
echo "Collagen is installed."
