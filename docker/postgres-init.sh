#!/bin/sh
# Run once by the image of PostgreSQL, when its volume is empty: the role and the database of Concord.
# The role owns its database and its tables and is no superuser.
set -eu
: "${CONCORD_DB_PASSWORD:?is not set}"
psql --username "$POSTGRES_USER" --dbname postgres --no-psqlrc --quiet \
    --set ON_ERROR_STOP=1 --set password="$CONCORD_DB_PASSWORD" <<'SQL'
CREATE ROLE concord LOGIN NOSUPERUSER CREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE concord OWNER concord TEMPLATE template0 ENCODING 'UTF8'
    LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8';
REVOKE CONNECT ON DATABASE concord FROM PUBLIC;
SQL
