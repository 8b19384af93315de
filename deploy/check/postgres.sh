#!/bin/sh
# Stands in for the image of Postgres where it cannot be pulled: the server of the wheel, started as that image starts.
set -eu
data=/var/lib/postgresql/data
if [ ! -s "$data/PG_VERSION" ]; then
    mkdir -p "$data"
    printf '%s' "$POSTGRES_PASSWORD" >/tmp/password
    initdb -D "$data" -U "$POSTGRES_USER" --auth-host=scram-sha-256 --auth-local=trust --pwfile=/tmp/password -E UTF8 \
        --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C --no-sync >/dev/null
    echo "host all all all scram-sha-256" >>"$data/pg_hba.conf"
    postgres -D "$data" -c listen_addresses= -c unix_socket_directories=/tmp &
    server=$!
    until pg_isready -q -h /tmp; do sleep 0.2; done
    psql -q -h /tmp -U "$POSTGRES_USER" -d postgres -c "CREATE DATABASE \"$POSTGRES_DB\""
    for file in /docker-entrypoint-initdb.d/*.sql; do
        psql -q -v ON_ERROR_STOP=1 -h /tmp -U "$POSTGRES_USER" -d "$POSTGRES_DB" -f "$file"
    done
    kill -INT "$server"
    wait
fi
exec postgres -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp
