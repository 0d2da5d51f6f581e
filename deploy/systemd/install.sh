#!/bin/bash
# Installs the systemd units, and example configurations where there are none yet.
#
#   sudo deploy/systemd/install.sh [--engines N] [--gateways N] [--prefix DIR] [--node FILE] [--config DIR] [--root DIR]
#
# --engines N   enables convect-engine@51 … (one per core; default: as many as there are cores)
# --gateways N  enables convect-gateway@04 … (default 1)
# --prefix DIR  where this repository stands, built (default: where this script is)
# --node FILE   which Node (default: the one in the PATH)
# --config DIR  where the configurations are (default: /etc/convect)
# --root DIR    writes below DIR, and neither makes a user nor enables anything: for packages and images
#
# It starts nothing: fill in the configurations first. What exists there is left as it is; a second run with
# another --prefix renders the units anew.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
prefix=$(cd "$here/../.." && pwd)
node=$(command -v node || true)
configured=/etc/convect
root=
engines=$(nproc)
gateways=1

fail() { echo "install: $*" >&2; exit 1; }
number() { [[ "$2" =~ ^[0-9]+$ ]] && [ "$2" -le 40 ] || fail "$1 is a number up to 40, not \"$2\""; echo "$2"; }

while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || fail "$1 wants a value; see the head of $0"
  case "$1" in
    --engines) engines=$(number "$1" "$2") ;;
    --gateways) gateways=$(number "$1" "$2") ;;
    --prefix) prefix=$2 ;;
    --node) node=$2 ;;
    --config) configured=$2 ;;
    --root) root=$2 ;;
    *) fail "$1 is not known; see the head of $0" ;;
  esac
  shift 2
done
[ -n "$node" ] || fail 'there is no node in the PATH; name one with --node'
[[ "$prefix$node$configured" != *[[:space:]%\&\|]* ]] || fail 'a path with a space, %, & or | cannot stand in a unit'
if [ -z "$root" ]; then
  [ "$(id -u)" = 0 ] || fail 'needs root (or --root DIR)'
  [ -e "$prefix/dist/cli/main.js" ] || fail "$prefix is not built: npm ci"
  getent passwd convect >/dev/null || useradd --system --user-group --home-dir /nonexistent --shell /usr/sbin/nologin convect
fi

units=$root/etc/systemd/system
config=$root$configured
mkdir -p "$units" "$config/secrets"
chmod 750 "$config/secrets"
for unit in convect-engine@.service convect-gateway@.service; do
  sed -e "s|/usr/bin/node|$node|; s|/opt/convect|$prefix|; s|/etc/convect|$configured|" "$here/$unit" >"$units/$unit"
  chmod 644 "$units/$unit"
done
for file in engine.yaml gateway.yaml; do
  [ -e "$config/$file" ] || install -m 640 "$here/$file" "$config/$file"
done
if [ -n "$root" ]; then
  echo "install: units in $units, configurations in $config"
  exit 0
fi
chown -R root:convect "$config"
names=()
for ((n = 0; n < engines; n++)); do names+=("convect-engine@$((51 + n)).service"); done
for ((n = 0; n < gateways; n++)); do names+=("convect-gateway@$(printf %02d $((4 + n))).service"); done
systemctl daemon-reload
[ ${#names[@]} = 0 ] || systemctl enable "${names[@]}"
echo "install: fill in $config, put its secrets (mode 640, group convect) into $config/secrets; then"
echo "install: systemctl start ${names[*]}"
