# Opens a program in a container on the terminal that this is run on. It ends with the terminal; the container does not.
# $1: `here` on the operator's machine, else `there`; $2: the engine's socket; $3: container; then the program with its
# arguments, none for a shell.
where=$1 socket=$2 container=$3
shift 3
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin
if ! command -v docker >/dev/null 2>&1; then
    echo "there is no docker command on this host" >&2
    exit 127
fi
if [ "$where" = here ] && [ -n "${DOCKER_HOST:-}" ]; then socket=${DOCKER_HOST#unix://}; fi
[ $# -gt 0 ] || set -- sh -c 'if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi'
set -- docker -H "unix://$socket" exec -it -e "TERM=${TERM:-xterm}" "$container" "$@"
if [ -w "$socket" ]; then exec "$@"; fi
exec sudo -n -- "$@"
