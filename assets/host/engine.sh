# The head of every script that asks the engine of a host. $1: the engine's socket; where it is empty, the login's own way to it
set -u
export LC_ALL=C
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin
[ -z "$1" ] || export DOCKER_HOST="unix://$1"
unset DOCKER_CONTEXT
