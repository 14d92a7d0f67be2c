#!/usr/bin/env bash
# Installs the system packages that tests use, where it may (root on Debian); otherwise names them. Never fails: a test
# that misses its program skips with a reason, and the closing summary counts it.
set -uo pipefail
declare -A package=(
  [age]=age [chromium]=chromium [pdftoppm]=poppler-utils [ssh-keygen]=openssh-client [openssl]=openssl
  [redis-server]=redis-server [softhsm2-util]=softhsm2
)
missing=()
command -v mariadbd >/dev/null || [ -x /usr/sbin/mariadbd ] || missing+=(mariadb-server-core mariadb-client-core)
command -v sshd >/dev/null || [ -x /usr/sbin/sshd ] || missing+=(openssh-server)
compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
for program in "${!package[@]}"; do
  command -v "$program" >/dev/null || missing+=("${package[$program]}")
done
if ! fc-list 2>/dev/null | grep -qi "noto.*cjk"; then missing+=(fonts-noto-cjk fontconfig); fi
[ -d /usr/share/fonts/truetype/babelstone ] || missing+=(fonts-babelstone-han)
[ ${#missing[@]} = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "set-up: installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  if [[ " ${missing[*]} " == *" postgresql "* ]]; then  # the programs only: tests make clusters of their own
    mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
  fi
  apt-get -o DPkg::Lock::Timeout=400 update -qq >/dev/null 2>&1
  apt-get -o DPkg::Lock::Timeout=400 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1 ||
    echo "set-up: could not install all of: ${missing[*]}; the tests that need them will skip"
else
  echo "set-up: missing programs: ${missing[*]}. Install them to run every test: sudo apt install ${missing[*]}"
fi
exit 0
