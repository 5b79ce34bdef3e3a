#!/bin/sh
# Starts Temporal's server with its password from a file: its own entrypoint takes it from the environment alone.
set -eu
POSTGRES_PWD=$(cat "${SECRETS:-/run/secrets}/temporal_password")
export POSTGRES_PWD
exec "${ENTRYPOINT:-/etc/temporal/entrypoint.sh}"
