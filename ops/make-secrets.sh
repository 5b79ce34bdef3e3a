#!/bin/sh
# Makes the passwords of docker-compose.yml as files in the given folder, each drawn at random, none that is there
# changed. The folder lets nobody in but its owner; the files in it can be read by the containers that they are mounted
# into, whatever user those run as.
#
#   ops/make-secrets.sh secrets
set -eu
[ $# -eq 1 ] && [ -n "$1" ] || {
    echo "usage: ops/make-secrets.sh FOLDER" >&2
    exit 2
}
mkdir -p "$1/escalon"
chmod 700 "$1"
chmod 755 "$1/escalon"

draw() {
    if [ -e "$1" ]; then
        echo "kept $1"
        return
    fi
    # 32 random bytes in hexadecimal, which needs no quoting anywhere.
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$1"
    chmod 444 "$1"
    echo "made $1"
}

draw "$1/postgres_password"
draw "$1/temporal_password"
draw "$1/escalon/escalon_record_password"
