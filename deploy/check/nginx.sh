#!/bin/sh
# Stands in for nginx's image where it cannot be pulled: fills in the templates as that one does, then serves.
set -eu
names=$(env | sed -n 's/^\([A-Z0-9_]*\)=.*/${\1}/p' | tr '\n' ' ')
for template in /etc/nginx/templates/*.template; do
    envsubst "$names" <"$template" >"/etc/nginx/conf.d/$(basename "$template" .template)"
done
rm -f /etc/nginx/sites-enabled/default
exec nginx -g 'daemon off; error_log /dev/stderr;'
