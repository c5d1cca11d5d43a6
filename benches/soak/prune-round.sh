# One round of a race on a host: an image that nobody has, a prune, and beside it a start from that image. Tells how it went.
# $1: the shell of the prune   $2: the file of the prune   $3: how it is started   $4: seconds until then   $5: seconds until the prune
# shellcheck shell=sh
set -u
shell=$1 file=$2 way=$3 delay=$4 before=$5
name=convocate-session-raced from=convocate:raced told=/tmp/raced.told done=/tmp/raced.done

clean() {
  docker rm -f -v "$name" >/dev/null 2>&1
  docker rmi "$from" >/dev/null 2>&1
  rm -f "$told" "$done"
}

start() { # start WAY; what it says is on stderr
  case $1 in
    create) docker create --pull never --name "$name" "$from" ;;
    run) docker run -d --pull never --name "$name" "$from" ;;
    id) docker create --pull never --name "$name" "$id" ;;
    # As tagboat does it, less its lease, which would keep the two apart.
    pinned)
      docker tag "$id" tagboat-pin:raced || return
      docker create --pull never --name "$name" "$from" && docker start "$name"
      began=$?
      docker rmi tagboat-pin:raced
      return "$began"
      ;;
    # Somebody else does it meanwhile, and says so.
    outside)
      tries=0
      until [ -e "$done" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || { echo "nobody started it" >&2; return 1; }
        sleep 0.1
      done
      cat "$done" >&2
      ;;
  esac >/dev/null
}

judge() { # OUTCOME and the reason
  image=$(docker inspect -f '{{.Image}}' "$name" 2>/dev/null)
  if [ -n "$image" ]; then
    docker image inspect "$image" >/dev/null 2>&1 || { echo "lost the image of its container is gone"; return; }
    [ "$(docker image inspect -f '{{.Id}}' "$from" 2>&1)" = "$id" ] || { echo "lost its container has no tag any more"; return; }
    if grep -q 'somebody took it meanwhile' "$told"; then echo "window"; else echo "started"; fi
  else
    case $said in
      # Tagboat and the prune have the host one after the other.
      *is\ changing\ this\ host\ with\ job\ daily-prune*) echo "waited"; return ;;
    esac
    if docker image inspect "$from" >/dev/null 2>&1; then
      echo "odd the image is there and the start failed: $said"
      return
    fi
    case $said in
      *o\ such\ image* | *is\ not\ there,\ and\ a\ start\ never\ pulls* | *is\ not\ on\ the\ host\ any\ more*) echo "gone" ;;
      *) echo "odd $said" ;;
    esac
  fi
}

clean
docker inspect spare >/dev/null 2>&1 || docker create --name spare convocate:v1.0.0 >/dev/null || exit 1
docker commit -c "LABEL round=$(cat /proc/sys/kernel/random/uuid)" spare "$from" >/dev/null || exit 1
id=$(docker image inspect -f '{{.Id}}' "$from") || exit 1
{
  sleep "$before"
  begun=$(date +%s%N)
  $shell "$file"
  code=$?
  echo "exit $code in $((($(date +%s%N) - begun) / 1000000))"
} >"$told" 2>&1 &
sleep "$delay"
said=$(start "$way" 2>&1 | tr '\n' ' ')
wait
judge
grep '^exit ' "$told"
grep -v '^exit ' "$told"
pins=$(docker images tagboat-pin --format '{{.Tag}}')
[ -z "$pins" ] || echo "left tagboat-pin: $pins"
clean
