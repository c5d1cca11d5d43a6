# What a restart needs of its host, looked at before anything changes. One line for each thing that is missing.
# $1: state directory; $2: session; $3: engine's socket; $4: id of its container;
# then `bind PATH`, `network NAME`, `container NAME`, each pair as two arguments.
set -u
export LC_ALL=C
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin
state=$1 session=$2 old=$4
[ -z "$3" ] || export DOCKER_HOST="unix://$3"
unset DOCKER_CONTEXT
shift 4

if ! command -v docker >/dev/null 2>&1; then
  echo "tool docker"
  exit 0
fi
if ! said=$(docker version --format '{{.Server.Version}}' 2>&1); then
  echo "engine $(printf %s "$said" | tail -n 1)"
  exit 0
fi
# Without a socket of its own it is the one that this machine's operator uses.
case ${DOCKER_HOST:-} in unix://*) echo "socket ${DOCKER_HOST#unix://}" ;; esac
open=$state/restarts/$session.open
# A claim whose journal is over or gone is nobody's: the host died between the two.
if [ -e "$open" ]; then
  journal=$(cat "$open")
  if [ -d "$state/restarts/$journal" ] && [ ! -e "$state/restarts/$journal/ended" ]; then
    echo "open $journal $(sed -n 's/^operator=//p' "$state/restarts/$journal/plan" 2>/dev/null)"
  fi
fi
while [ $# -gt 1 ]; do
  case $1 in
    bind) [ -e "$2" ] || echo "missing bind source $2" ;;
    network) docker network inspect "$2" >/dev/null 2>&1 || echo "missing network $2" ;;
    container) docker inspect --type container "$2" >/dev/null 2>&1 || echo "missing container $2" ;;
  esac
  shift 2
done

# Those that use this very container would be cut off: they name it by its id, or it is where their volumes came from.
name=$(docker inspect --type container -f '{{.Name}}' "$old" 2>/dev/null)
name=${name#/}
short=${old%"${old#????????????}"}
uses='{{.Name}} {{.HostConfig.NetworkMode}} {{.HostConfig.IpcMode}} {{.HostConfig.PidMode}} {{range .HostConfig.Links}}link:{{.}} {{end}}'
for id in $(docker ps -aq --no-trunc); do
  [ "$id" != "$old" ] || continue
  for word in $(docker inspect --type container -f "$uses" "$id" 2>/dev/null); do
    case $word in
      /*) other=${word#/} ;;
      "container:$old" | "container:$name" | "container:$short") echo "dependent $other uses a namespace of it" ;;
      "link:/$name:"*) echo "linked $other" ;;
    esac
  done
done
changes=$(if command -v timeout >/dev/null 2>&1; then timeout 5 docker diff "$old"; else docker diff "$old"; fi 2>/dev/null | grep -c '^[AD] ')
echo "layer $changes"
