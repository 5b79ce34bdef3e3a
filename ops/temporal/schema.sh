#!/bin/sh
# Makes Temporal's tables or brings them to the release of this image. Safe to run again; the databases are there.
set -eu
SECRETS=${SECRETS:-/run/secrets}
SCHEMA=${SCHEMA:-/etc/temporal/schema/postgresql/v12}
SQL_PASSWORD=$(cat "$SECRETS/temporal_password")
export SQL_PASSWORD

tables() { # database, folder of its versions
    sql="temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 -u temporal --db $1"
    $sql setup-schema -v 0.0 # nothing where there are tables already
    $sql update-schema -d "$SCHEMA/$2/versioned"
}

tables temporal temporal
tables temporal_visibility visibility
echo "Temporal's tables are those of this release"
