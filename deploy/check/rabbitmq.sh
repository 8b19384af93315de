#!/bin/sh
# Stands in for the image of RabbitMQ where it cannot be pulled: Debian's, started with the same variables and files.
set -eu
cat >/etc/rabbitmq/rabbitmq.conf <<END
default_user = $RABBITMQ_DEFAULT_USER
default_pass = $RABBITMQ_DEFAULT_PASS
default_vhost = $RABBITMQ_DEFAULT_VHOST
loopback_users.guest = true
END
cat /etc/rabbitmq/conf.d/*.conf >>/etc/rabbitmq/rabbitmq.conf
export HOME=/var/lib/rabbitmq RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 1:1"
exec /usr/lib/rabbitmq/bin/rabbitmq-server
