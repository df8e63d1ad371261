#!/usr/bin/env bash
# deploy/install.sh --host NAME --email ADDRESS --efs FILE-SYSTEM: only what the commands after it need; deploy/ has tests of its own
. "${0%/*}/common"
[ $# = 6 ] && [ "$1" = --host ] && [ "$3" = --email ] && [ "$5" = --efs ] || refuse "$@"
mkdir -p "$SANDBOX/etc/collagen" "$SANDBOX/srv/collagen"
echo "$6:/ /srv/collagen nfs4 nfsvers=4.1,hard,_netdev 0 0" > "$SANDBOX/etc/fstab"
mount "$SANDBOX/srv/collagen"
echo "Next: put your settings into $SANDBOX/etc/collagen/.env (CLOUDINARY_URL at least)"
