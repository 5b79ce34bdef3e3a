#!/bin/sh
# Run once by the image of PostgreSQL, when its folder is empty: a role and databases for Temporal, a role and a database
# for the record. Neither role is a superuser, and neither can reach the other's databases.
set -eu
SECRETS=${SECRETS:-/run/secrets}

make() { # role, file with its password, databases
    role=$1
    password=$(cat "$2")
    shift 2
    psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=role="$role" --set=password="$password" <<'SQL'
CREATE ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
SQL
    for database in "$@"; do
        psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=role="$role" --set=database="$database" <<'SQL'
CREATE DATABASE :"database" OWNER :"role" TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
SQL
    done
}

export PGUSER="${POSTGRES_USER:-postgres}" PGDATABASE="${POSTGRES_DB:-postgres}"
make temporal "$SECRETS/temporal_password" temporal temporal_visibility
make escalon "$SECRETS/record_password" escalon
