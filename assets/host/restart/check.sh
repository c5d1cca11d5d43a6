# What a restart needs of its host, looked at before anything changes. One line for each thing that is missing.
# $1: engine's socket; $2: state directory; $3: session; $4: id of its container;
# then `bind PATH`, `network NAME`, `container NAME`, each pair as two arguments.
state=$2 session=$3 old=$4
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

# Those that use this very container would be cut off: a namespace is named by its id, a link goes with it. Volumes that
# were taken from it are named since then, and stay.
name=$(docker inspect --type container -f '{{.Name}}' "$old" 2>/dev/null)
name=${name#/}
short=${old%"${old#????????????}"}
uses='{{.Id}} {{.Name}} network={{.HostConfig.NetworkMode}} IPC={{.HostConfig.IpcMode}} PID={{.HostConfig.PidMode}}{{range .HostConfig.Links}} link={{.}}{{end}}{{range .HostConfig.VolumesFrom}} volumes={{.}}{{end}}'
# shellcheck disable=SC2046
docker inspect --type container -f "$uses" $(docker ps -aq --no-trunc) 2>/dev/null | while read -r id other words; do
  [ "$id" != "$old" ] || continue
  other=${other#/}
  for word in $words; do
    case $word in
      *"=container:$old" | *"=container:$name" | *"=container:$short") echo "dependent $other ${word%%=*}" ;;
      "link=/$name:"*) echo "dependent $other link" ;;
      "volumes=$old" | "volumes=$old:"* | "volumes=$name" | "volumes=$name:"* | "volumes=$short" | "volumes=$short:"*) echo "volumes $other" ;;
    esac
  done
done

# An inspect does not tell which MAC addresses were chosen; what the engine has written down does.
stored=$(docker inspect --type container -f '{{.ResolvConfPath}}' "$old" 2>/dev/null)
stored=${stored%/*}/config.v2.json
if grep -q '"DesiredMacAddress":"[^"]' "$stored" 2>/dev/null; then echo "stored $(head -n 1 "$stored")"; fi

# Files in its own layer. Folders above a change and the places of mounts are not of its doing.
limited() { if command -v timeout >/dev/null 2>&1; then timeout "$@"; else shift && "$@"; fi; }
# shellcheck disable=SC2016
places='{{range .Mounts}}M {{.Destination}}{{println}}{{end}}{{range $place, $_ := .HostConfig.Tmpfs}}M {{$place}}{{println}}{{end}}'
layer=$({
  docker inspect --type container -f "$places" "$old"
  limited 5 docker diff "$old"
} 2>/dev/null | awk '
  length($0) > 2 {
    path = substr($0, 3)
    sub("/+$", "", path)
    kind[path] = kind[path] substr($0, 1, 1)
    while (sub("/[^/]*$", "", path) && path != "") above[path] = 1
  }
  END { for (path in kind) if (kind[path] !~ /M/ && !(path in above)) print kind[path], path }')
changes=0 asked=0
while IFS= read -r line; do
  case $line in
    '') continue ;;
    C*)
      # A folder may have another time only; its kind is in the head of its archive, and too many are not asked for.
      asked=$((asked + 1))
      [ $asked -gt 20 ] || [ "$(limited 5 docker cp "$old:${line#??}" - 2>/dev/null | head -c 157 | tail -c 1)" != 5 ] || continue
      ;;
  esac
  changes=$((changes + 1))
done <<END
$layer
END
echo "layer $changes"
