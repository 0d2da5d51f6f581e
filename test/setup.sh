#!/bin/bash
# What the tests need from the machine, beyond Node and npm:
#   PostgreSQL 15     the store's conformance suite runs on it (tests start their own server, on a free port)
#   etcd              the directory's tests run on it (they start their own server, on a free port)
#   openstack, heat   Debian's real clients; `npm run e2e` drives the API with them
#   ca-certificates   so that those clients can load a certificate store
#
# Installs what is missing and nothing else: a second run touches nothing. Asks nothing. Starts no service and
# leaves no database cluster behind. Needs root or password-less sudo only when something is missing.
set -euo pipefail

pg_bin=/usr/lib/postgresql/15/bin

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
has_postgres() { [ -x "$pg_bin/postgres" ] && [ -x "$pg_bin/initdb" ] && [ -x "$pg_bin/psql" ]; }
has_etcd() { command -v etcd >/dev/null && command -v etcdctl >/dev/null; }
has_clients() {
  command -v openstack >/dev/null || return 1
  installed python3-heatclient || openstack stack list --help >/dev/null 2>&1
}
has_certificates() { [ -e /etc/ssl/certs/ca-certificates.crt ]; }

missing() {
  has_postgres || echo postgresql-15 postgresql-client-15
  has_etcd || echo etcd-server etcd-client
  has_clients || echo python3-openstackclient python3-heatclient
  has_certificates || echo ca-certificates
}

fail() { echo "setup: $*" >&2; exit 1; }

packages=$(missing | xargs)
if [ -z "$packages" ]; then
  echo 'setup: nothing is missing'
  exit 0
fi
command -v apt-get >/dev/null || fail "needs $packages; this is no Debian, so please install them yourself"

root=()
if [ "$(id -u)" != 0 ]; then
  sudo -n true 2>/dev/null || fail "not root and no password-less sudo; please run: sudo apt-get install $packages"
  root=(sudo -n)
fi
apt() {
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}

# Debian makes and starts a cluster on 5432 when PostgreSQL's server is installed, and starts etcd on 2379. For the time
# of the installation, no: a drop-in that the package's own createcluster.conf reads, and a policy against starting
# services.
drop_in=/etc/postgresql-common/createcluster.d/convect-setup.conf
policy=/usr/sbin/policy-rc.d
made_policy=
clean_up() {
  "${root[@]}" rm -f "$drop_in"
  [ -z "$made_policy" ] || "${root[@]}" rm -f "$policy"
}
trap clean_up EXIT

echo "setup: installing $packages"
apt update || fail 'apt-get update failed'
if { ! has_postgres || ! has_etcd; } && [ ! -e "$policy" ]; then
  made_policy=yes
  printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
  "${root[@]}" chmod 755 "$policy"
fi
if ! has_postgres; then
  "${root[@]}" mkdir -p "$(dirname "$drop_in")"
  echo 'create_main_cluster = false' | "${root[@]}" tee "$drop_in" >/dev/null
fi
# shellcheck disable=SC2086 # a list of words
if ! log=$(apt install --no-install-recommends -y $packages 2>&1); then
  echo "$log" >&2
  fail "apt-get install $packages failed"
fi

left=$(missing | xargs)
[ -z "$left" ] || fail "still missing after the installation: $left"
echo 'setup: done'
